// docs/metrics.md and the table of metrics say the same: names, types and labels, in both directions.
#include <gtest/gtest.h>

#include "support/metrics_page.h"
#include "tidy/project.h"

namespace earshot::tidy {
namespace {

TEST(MetricsPage, ListsWhatTheCodeHas) {
  const File* page = find_file("docs/metrics.md");
  ASSERT_NE(page, nullptr);
  std::string told;
  std::string known;
  for (const auto& [name, metric] : test::metrics_of_page(page->text)) told += test::row_of(name, metric);
  for (const auto& [name, metric] : test::metrics_of_the_code()) known += test::row_of(name, metric);
  EXPECT_EQ(told, known);
}

}  // namespace
}  // namespace earshot::tidy
