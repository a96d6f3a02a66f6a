// What an enemy, or a broken exporter, may send; and how much memory a process may take of it.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/earshot_process.h"
#include "support/shared_data.h"

namespace earshot::test {

// Sanitizers keep memory of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::int64_t kPeakKibibytesMax = 4096 * 1024;
#else
inline constexpr std::int64_t kPeakKibibytesMax = 300 * 1024;
#endif

struct Hostile {
  std::string name;
  std::string bytes;
};

inline std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

inline std::vector<Hostile> own_hostile_set() {
  const std::string good = review_json({.id = "x", .key = "customer:X"});
  const auto with = [&](const std::string& part, const std::string& other) {
    std::string text = good;
    return text.replace(text.find(part), part.size(), other);
  };
  return {{"nothing", ""},
          {"a blank", " "},
          {"null", "null"},
          {"a number", "12"},
          {"an open brace", "{"},
          {"no event", R"({"review":"bad"})"},
          {"arrays 10,000 deep", std::string(10'000, '[') + std::string(10'000, ']')},
          {"objects 10,000 deep", repeated(R"({"a":)", 10'000) + "1" + std::string(10'000, '}')},
          {"data 10,000 deep",
           with(R"("rating":)", R"("odd":)" + std::string(10'000, '[') + std::string(10'000, ']') + R"(,"rating":)")},
          {"invalid UTF-8", with("parcel", "par\xff\xfe\xc3")},
          {"an overlong zero", with("parcel", "par\xc0\x80")},
          {"a lone surrogate", with("parcel", R"(par\ud800)")},
          {"zero bytes", std::string(5000, '\0')},
          {"a zero byte within", with("parcel", std::string("par\0cel", 7))},
          {"the same key twice", with(R"("specversion":"1.0")", R"("specversion":"1.0","id":"y")")},
          {"a number out of range", with(R"("value":1)", R"("value":1e400)")},
          {"an integer out of range", with(R"("value":1)", R"("value":99999999999999999999999)")},
          {"a text where a number belongs", with(R"("value":1)", R"("value":"one")")},
          {"keys that are no list", with(R"(["customer:X"])", R"("customer:X")")},
          {"no keys", with(R"("customer:X")", "")},
          {"a key without a kind", with("customer:X", "X")},
          {"a key too long", with("customer:X", "customer:" + std::string(600, 'X'))},
          {"65 keys", with(R"("customer:X")", R"("customer:X")" + repeated(R"(,"customer:X")", 64))},
          {"an id too long", with(R"("id":"x")", R"("id":")" + std::string(2000, 'x') + R"(")")},
          {"a type of ours", with("earshot.feedback.review.v1", "earshot.clock.ticked.v1")},
          {"a type of nobody", with("earshot.feedback.review.v1", "com.example.review")},
          {"a time that is none", with(R"("source")", R"("time":"yesterday","source")")},
          {"an event above its limit", with("parcel", std::string(70'000, 'p'))},
          {"something behind it", good + "}"},
          {"a wild list", R"([1,"two",null,[3],{}])"}};
}

// Those that everybody who reads the project's reference data has; empty when it is not there.
inline std::vector<Hostile> shared_hostile_set() {
  std::vector<Hostile> all;
  const auto folder = shared_file("reference/samples/_hostile");
  if (!std::filesystem::exists(folder)) return all;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    all.push_back({entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(file), {})});
  }
  std::sort(all.begin(), all.end(), [](const Hostile& a, const Hostile& b) { return a.name < b.name; });
  return all;
}

}  // namespace earshot::test
