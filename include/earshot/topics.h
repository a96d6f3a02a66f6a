// The topics, in the order in which data flows. The published ones are what other systems read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace earshot {

enum class Topic : std::uint8_t {
  feedback,     // all source events and customer commands; key: tenant + first identity key
  identity,     // key pairs seen; key: tenant
  activity,     // what was said and done, analysed, with its customer; key: tenant + customer
  desk,         // case requests and case commands; key: tenant
  measures,     // one record per item with its dimensions; key: tenant + source partition
  signals,      // published from here on: negative, silent, at risk, recovered
  cases,        // every change of a case, and answers to commands
  alerts,       // what a person should act on
  outreach,     // messages to customers that somebody should send
  customers,    // compacted profile of each customer
  kpis,         // results of windows, with revisions
  dead_letters  // what could not be accepted
};

struct TopicName {
  Topic topic;
  std::string_view name;  // on the wire, with the prefix
  bool published;
};

inline constexpr std::array<TopicName, 12> kTopics{{
    {Topic::feedback, "earshot.feedback", false},
    {Topic::identity, "earshot.identity", false},
    {Topic::activity, "earshot.activity", false},
    {Topic::desk, "earshot.desk", false},
    {Topic::measures, "earshot.measures", false},
    {Topic::signals, "earshot.signals", true},
    {Topic::cases, "earshot.cases", true},
    {Topic::alerts, "earshot.alerts", true},
    {Topic::outreach, "earshot.outreach", true},
    {Topic::customers, "earshot.customers", true},
    {Topic::kpis, "earshot.kpis", true},
    {Topic::dead_letters, "earshot.dead-letters", true},
}};

constexpr std::uint8_t index_of(Topic topic) { return static_cast<std::uint8_t>(topic); }
constexpr std::string_view name_of(Topic topic) { return kTopics[index_of(topic)].name; }

}  // namespace earshot
