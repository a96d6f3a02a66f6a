#include "cli/demo_terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "earshot/topics.h"
#include "event/names.h"

namespace earshot::cli {
namespace {

constexpr const char* kRed = "\033[31m";
constexpr const char* kYellow = "\033[33m";
constexpr const char* kGreen = "\033[32m";
constexpr const char* kBlue = "\033[36m";
constexpr const char* kPlain = "\033[0m";
constexpr std::size_t kRecordsAtOnce = 1000;
constexpr std::size_t kHistoryLines = 24;
constexpr std::chrono::hours kStatusEvery{24};
constexpr std::chrono::hours kBackdatedMax{24};  // an event that comes in late is news, a told history is not

std::string short_time(Timestamp at) {
  const std::string text = format_rfc3339(at);
  return text.substr(5, 5) + " " + text.substr(11, 5);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : " · ") + part;
  return all;
}

}  // namespace

DemoTerminal::DemoTerminal(const LogReader& log, const std::vector<TopicSpec>& topics)
    : news_(log, topics, {index_of(Topic::signals), index_of(Topic::cases)}),
      in_colour_(::isatty(STDOUT_FILENO) != 0) {}

std::vector<CaseChanged> DemoTerminal::show_history(const DemoCompany& company, Timestamp now) {
  keeps_lines_ = true;
  std::vector<CaseChanged> changes = read_news(company);
  keeps_lines_ = false;
  std::stable_sort(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const std::size_t skipped = lines_.size() > kHistoryLines ? lines_.size() - kHistoryLines : 0;
  for (std::size_t i = skipped; i < lines_.size(); ++i) std::fputs(lines_[i].second.c_str(), stdout);
  lines_.clear();
  prints_from_ = now - kBackdatedMax;
  return changes;
}

std::vector<CaseChanged> DemoTerminal::show_news(const DemoCompany& company, Timestamp now) {
  std::vector<CaseChanged> changes = read_news(company);
  status(now);
  std::fflush(stdout);
  return changes;
}

std::vector<CaseChanged> DemoTerminal::read_news(const DemoCompany& company) {
  std::vector<CaseChanged> changes;
  while (true) {
    auto read = news_.read(kRecordsAtOnce, [&](TopicPartition, const StoredRecord& record) {
      auto event = decoder_.decode(record.value);
      if (!event) return;
      if (const auto* signal = std::get_if<SignalChanged>(&event->body)) show(*signal, event->time, company);
      if (const auto* change = std::get_if<CaseChanged>(&event->body)) {
        show(*change, event->time, company);
        changes.push_back(*change);
      }
    });
    if (!read) std::fprintf(stderr, "earshot demo: %s\n", read.error().message.c_str());
    if (!read || *read == 0) return changes;
  }
}

void DemoTerminal::line(Timestamp at, const char* colour, const char* word, const std::string& who,
                        const std::string& what) {
  if (at < prints_from_) return;
  char head[96];
  std::snprintf(head, sizeof head, "%s  %s%-9s%s ", short_time(at).c_str(), in_colour_ ? colour : "", word,
                in_colour_ ? kPlain : "");
  std::string text = head + who + std::string(who.size() < 22 ? 22 - who.size() : 0, ' ') + " " + what + "\n";
  if (!keeps_lines_) {
    std::fputs(text.c_str(), stdout);
    return;
  }
  lines_.emplace_back(at, std::move(text));
}

void DemoTerminal::show(const SignalChanged& signal, Timestamp at, const DemoCompany& company) {
  const std::string who = company.key_of(signal.facet);
  const std::string why = joined(signal.reasons);
  if (signal.kind == SignalKind::silent) {
    silent_ += signal.raised ? (signal.level == SignalLevel::watch ? 1 : 0) : -1;
    if (!signal.raised) return line(at, kGreen, "BACK", who, why);
    return line(at, kYellow, signal.level == SignalLevel::act ? "SILENT!" : "SILENT", who, why);
  }
  if (!signal.raised) {
    unhappy_ -= signal.kind == SignalKind::negative ? 1 : 0;
    return;
  }
  if (signal.kind == SignalKind::recovered) return line(at, kGreen, "HAPPIER", who, why);
  unhappy_ += signal.kind == SignalKind::negative ? 1 : 0;
  line(at, kRed, signal.kind == SignalKind::negative ? "ANGRY" : "AT RISK", who, why);
}

void DemoTerminal::show(const CaseChanged& change, Timestamp at, const DemoCompany& company) {
  const std::string who = company.key_of(change.facet);
  const std::string name = "case " + change.case_id.hex().substr(0, 8);
  const std::string owner = change.owner.empty() ? "nobody yet (" + change.liaison + " answers for it)" : change.owner;
  switch (change.step) {
    case CaseStep::opened: {
      ++open_cases_;
      std::string until = change.first_reply_due ? ", first reply by " + short_time(*change.first_reply_due) : "";
      if (change.resolution_due) until += ", solved by " + short_time(*change.resolution_due);
      return line(
          at, kBlue, "CASE", who,
          name + " " + std::string(name_of(change.priority)) + " → " + change.department + ", " + owner + until);
    }
    case CaseStep::resolved:
      --open_cases_;
      ++resolved_;
      return line(at, kGreen, "RESOLVED", who, name + " by " + change.actor);
    case CaseStep::reopened: ++open_cases_; return line(at, kRed, "REOPENED", who, name + " → " + owner);
    case CaseStep::breached:
      return line(at, kRed, "LATE", who,
                  name + " " + change.sla_metric + " was promised; " + change.department + ", " + owner);
    case CaseStep::escalated:
      return line(at, kYellow, "ESCALATED", who, name + " level " + std::to_string(change.level) + " " + change.note);
    default: return;
  }
}

void DemoTerminal::status(Timestamp now) {
  if (now - last_status_ < kStatusEvery) return;
  last_status_ = now;
  std::printf("%s  — %lld unhappy, %lld silent, %lld cases open, %lld resolved\n", short_time(now).c_str(),
              static_cast<long long>(unhappy_), static_cast<long long>(silent_), static_cast<long long>(open_cases_),
              static_cast<long long>(resolved_));
}

}  // namespace earshot::cli
