#include "all.h"

#include <array>

#include "bluesky/bluesky.h"
#include "cloudevents/cloudevents.h"
#include "csv/csv.h"
#include "event/json_reader.h"
#include "google_play/google_play.h"
#include "mastodon/mastodon.h"
#include "typeform/typeform.h"

namespace earshot {
namespace {

using Made = Result<std::unique_ptr<Connector>>;

template <class Settings>
Made make(std::string_view text, Made (*connector)(const Settings&)) {
  auto settings = read_json<Settings>(text);
  if (!settings) return std::move(settings.error());
  return connector(*settings);
}

struct Entry {
  std::string_view name;
  Made (*make)(std::string_view settings);
};

constexpr std::array kConnectors{
    Entry{"bluesky", [](std::string_view settings) { return make(settings, &make_bluesky); }},
    Entry{"cloudevents", [](std::string_view settings) { return make(settings, &make_cloudevents); }},
    Entry{"csv", [](std::string_view settings) { return make(settings, &make_csv); }},
    Entry{"google_play", [](std::string_view settings) { return make(settings, &make_google_play); }},
    Entry{"mastodon", [](std::string_view settings) { return make(settings, &make_mastodon); }},
    Entry{"typeform", [](std::string_view settings) { return make(settings, &make_typeform); }},
};

}  // namespace

std::vector<std::string_view> connector_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : kConnectors) names.push_back(entry.name);
  return names;
}

Result<std::unique_ptr<Connector>> make_connector(std::string_view name, std::string_view settings) {
  for (const Entry& entry : kConnectors) {
    if (entry.name != name) continue;
    auto made = entry.make(settings);
    if (!made) return std::move(made.error()).in("connector " + std::string(name));
    return made;
  }
  std::string message = "no connector is called " + std::string(name) + "; there are";
  for (const Entry& entry : kConnectors) message += " " + std::string(entry.name);
  return Error{ErrorKind::NotFound, std::move(message)};
}

}  // namespace earshot
