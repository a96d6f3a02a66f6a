#include "load.h"

#include <sys/resource.h>

#include <condition_variable>
#include <fstream>
#include <mutex>

#include "all.h"
#include "event/codec.h"

namespace earshot::bench {
namespace {

constexpr std::size_t kTextBytes = 200;
constexpr std::size_t kEventsInOffer = 100;
constexpr int kOffersUnderWay = 150;
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

// Stars of a review, in percent: 1 to 5.
constexpr std::uint64_t kStars[] = {8, 4, 8, 20, 60};

std::int64_t stars(Random& random) {
  std::uint64_t draw = random.below(100);
  std::int64_t star = 1;
  for (const std::uint64_t share : kStars) {
    if (draw < share) break;
    draw -= share;
    ++star;
  }
  return star;
}

// Gathers what the connector finds and offers it in hundreds.
class ToLive : public Findings {
 public:
  explicit ToLive(Live& live) : live_(live) {}

  void event(Event event) override {
    batch_.push_back(std::move(event));
    if (batch_.size() >= kEventsInOffer) offer();
  }
  void dead_letter(DeadLetter letter) override {
    refused_ = Error{ErrorKind::Invalid, "the load has a dead letter: " + letter.detail};
  }
  void skipped() override {}

  void offer() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ < kOffersUnderWay; });
    ++under_way_;
    lock.unlock();
    live_.offer(std::exchange(batch_, {}), [this](Result<Live::Outcome> outcome) {
      const std::lock_guard guard(mutex_);
      if (outcome) {
        accepted_ += outcome->accepted;
      } else {
        refused_ = std::move(outcome.error());
      }
      --under_way_;
      changed_.notify_one();
    });
  }

  Result<std::int64_t> finish() {
    if (!batch_.empty()) offer();
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ == 0; });
    if (refused_) return *refused_;
    return accepted_;
  }

 private:
  Live& live_;
  std::vector<Event> batch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int under_way_ = 0;
  std::int64_t accepted_ = 0;
  std::optional<Error> refused_;
};

std::int64_t number_after(const std::string& file, std::string_view label) {
  std::ifstream in(file);
  std::string word;
  std::int64_t number = 0;
  while (in >> word) {
    if (word == label && in >> number) return number;
  }
  return 0;
}

}  // namespace

Event make_event(Random& random, std::int64_t number, std::int64_t customer, Timestamp at) {
  static constexpr std::string_view kPieces[] = {"the parcel came on time and the box was fine, ",
                                                 "it works as it should so far, ",
                                                 "the colour is a little darker than in the picture, ",
                                                 "客服回复很快，",
                                                 "包装完好，",
                                                 "送货比预计晚了一天，",
                                                 "the app closes when I open my orders, ",
                                                 "I would buy it again, ",
                                                 "the handle feels loose after a week, ",
                                                 "价格比上个月高了一些，"};
  Input input;
  const bool is_review = random.chance(0.1);
  input.kind = is_review ? InputKind::review : InputKind::order;
  input.channel = is_review ? "web_shop" : "shop";
  input.person.keys = {"customer:C" + std::to_string(customer)};
  input.person.name = "user-12";
  while (input.content.text.size() < kTextBytes) input.content.text += kPieces[random.below(std::size(kPieces))];
  input.content.language = "en";
  if (is_review) {
    input.rating = Rating{stars(random) * 1000, 1000, 5000};
  } else {
    input.order = Order{"O" + std::to_string(number), static_cast<std::int64_t>(random.below(50'000)), "EUR"};
  }
  input.product = "P" + std::to_string(random.below(500));
  input.region = "DE-BE";
  input.touchpoint = "app";
  input.url = "https://shop.example/items/" + std::to_string(number);
  Event event;
  event.id = "bench-" + std::to_string(number);
  event.source = "/acme/bench";
  event.tenant = "acme";
  event.time = at;
  event.body = std::move(input);
  return event;
}

std::int64_t write_load(const std::filesystem::path& file, const Load& load, Timestamp at) {
  std::ofstream out(file, std::ios::binary);
  Random random(20261122);
  std::int64_t bytes = 0;
  for (std::int64_t number = 0; number < load.events; ++number) {
    const auto by_chance = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(load.customers)));
    const std::int64_t customer = load.in_turn ? number % load.customers : by_chance;
    const std::string line = encode(make_event(random, number, customer, at)) + '\n';
    out << line;
    bytes += static_cast<std::int64_t>(line.size());
  }
  return bytes;
}

Result<std::int64_t> feed(Live& live, const std::filesystem::path& file) {
  auto connector = make_connector("cloudevents", "{}");
  if (!connector) return std::move(connector.error());
  ToLive findings(live);
  const auto reader = (*connector)->open({"acme", "bench", "bench", {}}, findings);
  std::ifstream in(file, std::ios::binary);
  std::string piece(kPieceBytes, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
    reader->feed({piece.data(), static_cast<std::size_t>(in.gcount())});
  }
  reader->finish();
  return findings.finish();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

double resident_megabytes(int process) {
  return static_cast<double>(number_after("/proc/" + std::to_string(process) + "/status", "VmRSS:")) / 1024.0;
}

std::int64_t written_bytes() { return number_after("/proc/self/io", "write_bytes:"); }

std::int64_t bytes_in(const std::filesystem::path& directory) {
  std::int64_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) sum += static_cast<std::int64_t>(entry.file_size());
  }
  return sum;
}

}  // namespace earshot::bench
