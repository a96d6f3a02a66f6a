// A map of so many at most: who was not asked for longest is forgotten for who is new. One thread.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace earshot::api {

template <class Value>
class RecentMap {
 public:
  explicit RecentMap(std::size_t max) : max_(max) {}

  Value* find(std::string_view key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    values_.splice(values_.begin(), values_, found->second);
    return &found->second->second;
  }

  // What is there, else `fresh`.
  Value& at(std::string_view key, Value fresh) {
    if (Value* known = find(key)) return *known;
    if (values_.size() >= max_) {
      places_.erase(values_.back().first);
      values_.pop_back();
    }
    values_.emplace_front(std::string(key), std::move(fresh));
    places_.emplace(values_.front().first, values_.begin());
    return values_.front().second;
  }

  std::size_t size() const { return values_.size(); }

 private:
  using Values = std::list<std::pair<const std::string, Value>>;  // the one asked for last comes first
  std::size_t max_;
  Values values_;
  std::unordered_map<std::string_view, typename Values::iterator> places_;  // keys of values_
};

}  // namespace earshot::api
