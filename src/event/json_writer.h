// Writes structs as JSON, driven by their fields() function (fields.h). Optional fields with their default value are
// left out.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hex.h"
#include "event/names.h"

namespace earshot {

// Appends `text` as a JSON string with its quotation marks. `text` must be valid UTF-8.
void append_json_string(std::string& out, std::string_view text);

// Thousandths as a decimal number: 2500 is 2.5.
void append_milli(std::string& out, std::int64_t milli);

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  template <class T>
  void object(const T& value) {
    out_ += '{';
    first_ = true;
    fields(*this, const_cast<T&>(value));  // fields() takes a reference that readers write through; a writer does not
    out_ += '}';
    first_ = false;
  }

  template <class T>
  void required(std::string_view name, T& value) {
    key(name);
    write(value);
  }
  template <class T>
  void optional(std::string_view name, T& value) {
    if (!is_default(value)) required(name, value);
  }
  // A member of thousandths, written as a decimal number.
  void decimal(std::string_view name, std::int64_t& milli) {
    key(name);
    append_milli(out_, milli);
  }
  // Raw bytes.
  void base64(std::string_view name, std::string& bytes) {
    key(name);
    append_json_string(out_, to_base64(bytes));
  }
  // Members that this build does not know, as the text of a JSON object.
  void unknown(std::string& object) {
    if (object.size() <= 2) return;
    if (!first_) out_ += ',';
    first_ = false;
    out_.append(object, 1, object.size() - 2);
  }

  void key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;  // names are ours: nothing to escape
    out_ += "\":";
  }

  void write(bool value) { out_ += value ? "true" : "false"; }
  template <std::integral T>
  requires(!std::same_as<T, bool>) void write(T value) {
    char text[24];
    out_.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  }
  void write(const std::string& value) { append_json_string(out_, value); }
  void write(Timestamp value) {
    out_ += '"';
    out_ += format_rfc3339(value);
    out_ += '"';
  }
  template <class Tag>
  void write(const Id<Tag>& value) {
    out_ += '"';
    out_ += value.hex();
    out_ += '"';
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void write(Enum value) {
    out_ += '"';
    out_ += name_of(value);
    out_ += '"';
  }
  template <class T>
  void write(const std::optional<T>& value) {
    if (value) {
      write(*value);
    } else {
      out_ += "null";
    }
  }
  template <class T>
  void write(const std::vector<T>& values) {
    out_ += '[';
    bool first = true;
    for (const T& value : values) {
      if (!first) out_ += ',';
      first = false;
      write(value);
    }
    out_ += ']';
    first_ = false;
  }
  template <class T>
  requires std::is_class_v<T>
  void write(const T& value) { object(value); }

 private:
  template <class T>
  static bool is_default(const T& value) {
    return value == T{};
  }

  std::string& out_;
  bool first_ = true;
};

// The whole struct as one JSON object.
template <class T>
std::string write_json(const T& value) {
  std::string out;
  JsonWriter(out).object(value);
  return out;
}

}  // namespace earshot
