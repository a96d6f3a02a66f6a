// docs/configuration.md and the code say the same: every key of earshot.yaml, with its default, in both directions.
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "cli/config_file.h"
#include "event/names.h"
#include "processors/customer/settings.h"
#include "processors/desk/settings.h"
#include "processors/insight/settings.h"
#include "processors/intake/settings.h"
#include "tidy/project.h"

namespace earshot::tidy {
namespace {

constexpr const char* kAnything = "*";  // a list of groups of keys: the page says in words what is built in

// Visits the members of settings and writes down their names and defaults.
class Keys {
 public:
  template <class T>
  static std::map<std::string, std::string> of(const std::string& prefix, T value) {
    Keys keys(prefix);
    fields(keys, value);
    return std::move(keys.found_);
  }

  template <class T>
  void required(std::string_view name, T& value) {
    add(name, value);
    if (text(value) != kAnything) found_[prefix_ + std::string(name)] = "required";
  }
  template <class T>
  void optional(std::string_view name, T& value) {
    add(name, value);
  }

 private:
  explicit Keys(std::string prefix) : prefix_(std::move(prefix)) {}

  template <class T>
  void add(std::string_view name, T& value) {
    const std::string key = prefix_ + std::string(name);
    found_[key] = text(value);
    below(key, value);
  }
  template <class T>
  void below(const std::string&, const T&) {}
  template <class T>
  requires std::is_class_v<T>
  void below(const std::string& key, const std::vector<T>&) {
    if constexpr (!std::is_same_v<T, std::string>) {
      for (auto& [name, usual] : of(key + "[].", T{})) found_.emplace(name, usual);
    }
  }

  static std::string text(bool value) { return value ? "true" : "false"; }
  static std::string text(std::int64_t value) { return std::to_string(value); }
  static std::string text(const std::string& value) { return value.empty() ? "none" : value; }
  template <class Enum>
  requires std::is_enum_v<Enum>
  static std::string text(Enum value) { return std::string(name_of(value)); }
  template <class T>
  static std::string text(const std::optional<T>&) {
    return "none";
  }
  template <class T>
  static std::string text(const std::vector<T>& values) {
    if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
      return kAnything;
    } else {
      std::string all;
      for (const T& value : values) all += (all.empty() ? "" : ", ") + text(value);
      return all.empty() ? "none" : all;
    }
  }

  std::string prefix_;
  std::map<std::string, std::string> found_;
};

std::map<std::string, std::string> keys_of_the_code() {
  std::map<std::string, std::string> all = Keys::of("", cli::PlainKeys{});
  all.merge(Keys::of("engine.", cli::EngineKeys{}));
  all.merge(Keys::of("engine.security.", cli::SecurityKeys{}));
  all.merge(Keys::of("privacy.", cli::PrivacyKeys{}));
  all.merge(Keys::of("tokens[].", cli::TokenKeys{}));
  all.merge(Keys::of("silence.", CustomerSettings{}));
  all.merge(Keys::of("desk.", desk::DeskSettings{}));
  all.merge(Keys::of("insight.", insight::Settings{}));
  all.merge(Keys::of("text.", TextSettings{}));
  all.merge(Keys::of("sinks[].", cli::SinkKeys{}));
  for (const std::string_view key : cli::kConnectorKeys) {
    const bool is_rate = key == "requests_per_second";
    all.emplace("connectors[]." + std::string(key), key == "name" ? "required"
                                                    : is_rate     ? std::to_string(cli::kHooksPerSecond)
                                                                  : "none");
  }
  return all;
}

TEST(ConfigurationPage, ListsEveryKeyWithItsDefault) {
  std::map<std::string, std::string> told;
  for (const auto& row : rows_of_tables(*find_file("docs/configuration.md"))) {
    std::string usual = row.at(1);
    std::erase(usual, '`');
    EXPECT_TRUE(told.emplace(row[0], usual).second) << row[0] << " stands twice";
  }
  const auto there = keys_of_the_code();
  for (const auto& [key, usual] : there) {
    ASSERT_TRUE(told.contains(key)) << key << " is not on docs/configuration.md";
    if (usual != kAnything) {
      EXPECT_EQ(told[key], usual) << key;
    }
  }
  for (const auto& [key, usual] : told) EXPECT_TRUE(there.contains(key)) << key << " is no key";
}

TEST(ConfigurationPage, NamesEverySection) {
  const std::string& page = find_file("docs/configuration.md")->text;
  for (const std::string_view section : cli::kSections) {
    EXPECT_NE(page.find("| `" + std::string(section)), std::string::npos) << section;
  }
}

}  // namespace
}  // namespace earshot::tidy
