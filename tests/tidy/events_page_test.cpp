#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "event/codec.h"

namespace earshot {
namespace {

std::set<std::string> types_on_the_page() {
  std::ifstream page(std::string(EARSHOT_SOURCE_DIR) + "/docs/events.md");
  std::ostringstream text;
  text << page.rdbuf();
  std::set<std::string> types;
  const std::string all = text.str();
  for (std::size_t at = all.find("| `earshot."); at != std::string::npos; at = all.find("| `earshot.", at + 1)) {
    types.insert(all.substr(at + 3, all.find('`', at + 3) - at - 3));
  }
  return types;
}

TEST(EventsPage, ListsTheTypesOfTheCodeAndNoOthers) {
  const auto types = event_types();
  EXPECT_EQ(types_on_the_page(), std::set<std::string>(types.begin(), types.end()));
}

}  // namespace
}  // namespace earshot
