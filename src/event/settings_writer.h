// Writes settings as JSON, driven by their fields() function, with every member: also those that are zero or empty.
//
// Events leave such members out (json_writer.h). Of settings that would lose a choice, because zero may be chosen where
// the default is another number; and a log that holds only what differs from the defaults of one version would be read
// differently by a version with others.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/json_writer.h"

namespace earshot {

class SettingsWriter {
 public:
  template <class T>
  static std::string text(T settings) {
    SettingsWriter writer;
    fields(writer, settings);
    return writer.out_ + "}";
  }

  template <class T>
  void required(std::string_view name, const T& value) {
    out_ += out_.size() > 1 ? ",\"" : "\"";
    out_ += name;  // names are ours: nothing to escape
    out_ += "\":";
    write(value);
  }
  template <class T>
  void optional(std::string_view name, const T& value) {
    required(name, value);
  }

 private:
  void write(bool value) { out_ += value ? "true" : "false"; }
  void write(std::int64_t value) { out_ += std::to_string(value); }
  void write(const std::string& value) { append_json_string(out_, value); }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void write(Enum value) { append_json_string(out_, name_of(value)); }
  template <class T>
  void write(const std::optional<T>& value) {
    if (!value) {
      out_ += "null";
      return;
    }
    write(*value);
  }
  template <class T>
  void write(const std::vector<T>& values) {
    out_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ',';
      write(values[i]);
    }
    out_ += ']';
  }
  template <class T>
  requires std::is_class_v<T>
  void write(const T& value) { out_ += text(value); }

  std::string out_ = "{";
};

}  // namespace earshot
