// Events with random contents, every type, driven by the same fields() that read and write them.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "event/codec.h"
#include "event/fields.h"
#include "event/names.h"

namespace earshot::testing {

class Randomiser {
 public:
  explicit Randomiser(Random& random) : random_(random) {}

  template <class T>
  void required(std::string_view, T& value) {
    fill(value);
  }
  template <class T>
  void optional(std::string_view, T& value) {
    if (random_.chance(0.5)) fill(value);
  }
  void decimal(std::string_view, std::int64_t& milli) { milli = random_.between(-5'000'000, 5'000'000); }
  void base64(std::string_view, std::string& bytes) {
    bytes.clear();
    for (std::uint64_t i = random_.below(40); i > 0; --i) bytes += static_cast<char>(random_.below(256));
  }
  void unknown(std::string& object) { object = random_.chance(0.3) ? R"({"later":[1,"x"]})" : ""; }

  void fill(bool& value) { value = random_.chance(0.5); }
  template <std::integral T>
  requires(!std::same_as<T, bool>) void fill(T& value) { value = static_cast<T>(random_.next()); }
  void fill(std::string& value) {
    static constexpr std::string_view kPieces[] = {"a", "客服", "\"", "\\",        "\n", "\x01",
                                                   "😡", " ",    "é",  "</script>", "0"};
    value.clear();
    for (std::uint64_t i = random_.below(6); i > 0; --i) value += kPieces[random_.below(std::size(kPieces))];
  }
  void fill(Timestamp& value) { value = from_millis(random_.between(0, 4'000'000'000'000)); }
  template <class Tag>
  void fill(Id<Tag>& value) {
    value = {random_.next(), random_.next()};
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void fill(Enum& value) { value = static_cast<Enum>(random_.below(names_of(Enum{}).size())); }
  template <class T>
  void fill(std::optional<T>& value) {
    fill(value.emplace());
  }
  template <class T>
  void fill(std::vector<T>& values) {
    values.resize(random_.below(4));
    for (T& value : values) fill(value);
  }
  template <class T>
  requires std::is_class_v<T>
  void fill(T& value) { fields(*this, value); }

 private:
  Random& random_;
};

// An event of the type of `body`, everything else random.
inline Event random_event(Random& random, EventBody body) {
  Randomiser fill(random);
  Event event;
  fill.fill(event.id);
  fill.fill(event.source);
  fill.fill(event.tenant);
  fill.fill(event.time);
  fill.fill(event.recorded);
  fill.fill(event.caused_by);
  event.hops = static_cast<std::int32_t>(random.below(17));
  if (random.chance(0.3)) event.trace_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  event.body = std::move(body);
  std::visit([&](auto& b) { fields(fill, b); }, event.body);
  return event;
}

}  // namespace earshot::testing
