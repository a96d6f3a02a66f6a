// A live source of a test: the real one with the real wire, on a log that is a list and knows ids, and a clock that
// only moves when the source waits.
#pragma once

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "all.h"
#include "event/json_writer.h"
#include "sources/net_transport.h"
#include "sources/source.h"
#include "support/fake_server.h"
#include "support/manual_clock.h"
#include "support/scratch.h"

namespace earshot::test {

class Listening : public ::testing::Test {
 public:
  static constexpr std::size_t kWaitsMax = 200;  // before a test gives up

  // Waits for nothing, and remembers for how long it was asked to.
  class Waits final : public Pause {
   public:
    explicit Waits(Listening& test) : test_(test) {}
    void wait(Millis duration) override {
      all.push_back(duration);
      test_.now_in_use().pass(duration);
      if (test_.waits_enough != 0 && all.size() >= test_.waits_enough) stop();
      if (all.size() < kWaitsMax) return;
      ADD_FAILURE() << "the source tried too often: " << (test_.lines.empty() ? "" : test_.lines.front());
      stop();
    }
    bool is_stopping() const override { return is_stopping_; }
    void stop() { is_stopping_ = true; }
    void go_on() { is_stopping_ = false; }

    std::vector<Millis> all;

   private:
    Listening& test_;
    std::atomic<bool> is_stopping_ = false;
  };

  ManualClock& now_in_use() { return clock_in_use ? *clock_in_use : clock; }
  std::vector<std::string> lines;  // that were logged
  std::size_t waits_enough = 0;    // after so many the test has seen enough; 0: never
  ManualClock clock;
  std::unique_ptr<ManualClock> clock_in_use;  // in place of it

 protected:
  // Listens until `is_enough`, which is asked after each commit.
  void listen(const std::function<bool()>& is_enough) {
    auto made = make_connector(connector, settings);
    ASSERT_TRUE(made) << made.error().message;
    waits.go_on();
    waits.all.clear();
    Source::Parts parts{
        .connector = **made,
        .clock = now_in_use(),
        .log = log,
        .place = [this]() -> Result<ConnectorReached> { return place; },
        .offer = [&](std::vector<Event> events) -> Result<void> {
          if (is_offer_refused && is_offer_refused()) return Error{ErrorKind::Unavailable, "the queue is full"};
          for (Event& event : events) keep(std::move(event));
          if (is_enough()) waits.stop();
          return {};
        },
        .knows = [this](const Input& input) { return known.contains(input.person.keys.front()); },
        .told = [this](const Source::Counts& now) { told.push_back(now); },
    };
    Source::Settings wanted = source_settings;
    wanted.name = "social";
    wanted.tenant = "acme";
    NetTransport transport(now_in_use(), {.patience = patience});
    Source source(wanted, std::move(parts), transport, waits);
    source.run();
  }

  void keep(Event event) {
    if (const auto* reached = std::get_if<ConnectorReached>(&event.body)) {
      place = *reached;
    } else if (const auto* gap = std::get_if<ConnectorGap>(&event.body)) {
      gaps.push_back(*gap);
    } else if (ids.insert(event.source + " " + event.id).second) {
      if (const auto* input = std::get_if<Input>(&event.body)) known.insert(input->person.keys.front());
      kept.push_back(std::move(event));
    } else {
      ++repeats;
    }
  }

  bool said(std::string_view text) const {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const Event& event : kept) {
      if (const auto* input = std::get_if<Input>(&event.body)) all.push_back(input->content.text);
    }
    return all;
  }
  std::vector<DeadLetter> letters() const {
    std::vector<DeadLetter> all;
    for (const Event& event : kept) {
      if (const auto* letter = std::get_if<DeadLetter>(&event.body)) all.push_back(*letter);
    }
    return all;
  }

  // The certificate's authority as a file; its path.
  std::string file_of(const TestCertificate& certificate) const {
    const auto path = scratch.path() / "ca.pem";
    std::ofstream(path) << certificate.pem();
    return path.string();
  }

  std::string connector;
  std::string settings;
  Source::Settings source_settings{.gather_most = Millis{0}};
  Millis patience{10'000};
  Waits waits{*this};
  Scratch scratch;
  Log log{LogLevel::info, [this](LogLevel, std::string_view line) { lines.emplace_back(line); }};
  std::function<bool()> is_offer_refused;

  ConnectorReached place;
  std::vector<Event> kept;
  std::vector<ConnectorGap> gaps;
  std::vector<Source::Counts> told;
  std::set<std::string> ids, known;
  int repeats = 0;
};

}  // namespace earshot::test
