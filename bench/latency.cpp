// How long after a customer's words arrive over HTTP does the alert reach whoever listens?
//
//     latency_bench [events/s] [seconds] [directory] [configuration] [streams] [slow clients] [deaf streams]
//
// The service runs in this process with everything on. Senders post batches of ten events at fixed moments, whatever
// the answers before took; one event in a hundred tells of a danger and opens a case with an alert. A listener on the
// stream of server-sent events notes when each alert comes. The latency counts from the moment the request was due, so
// a service that falls behind cannot hide it. Senders and listener share the cores with the service, and so does the
// crowd of crowd.h.
#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/hash.h"
#include "cli/service.h"
#include "crowd.h"
#include "event/codec.h"
#include "load.h"
#include "support/http_client.h"

namespace earshot::bench {
namespace {

using Moment = std::chrono::steady_clock::time_point;

constexpr int kSenders = 16;
constexpr int kEventsInRequest = 10;
constexpr int kEventsBetweenAlerts = 100;
constexpr std::int64_t kCustomers = 100'000;
constexpr auto kPatience = std::chrono::seconds{10};

int fail(const std::string& what) {
  std::fprintf(stderr, "latency_bench: %s\n", what.c_str());
  return 1;
}

std::string percentiles(std::vector<double> milliseconds) {
  if (milliseconds.empty()) return "none";
  std::sort(milliseconds.begin(), milliseconds.end());
  const auto at = [&](double share) {
    return milliseconds[static_cast<std::size_t>(share * static_cast<double>(milliseconds.size() - 1))];
  };
  char text[96];
  std::snprintf(text, sizeof text, "p50 %7.1f   p90 %7.1f   p99 %7.1f   max %7.1f ms", at(0.5), at(0.9), at(0.99),
                milliseconds.back());
  return text;
}

// Which alerts are owed, and how long each took.
class Alerts {
 public:
  void expect(const std::string& customer, Moment sent) {
    const std::lock_guard lock(mutex_);
    sent_[customer] = sent;
    ++expected_;
  }
  void came(const std::string& frame) {
    const Moment now = std::chrono::steady_clock::now();
    constexpr std::string_view kCustomer = "\"customer\":\"";
    const std::size_t at = frame.find(kCustomer);
    if (frame.find("event: alert\n") == std::string::npos || at == std::string::npos) return;
    const std::lock_guard lock(mutex_);
    const auto sent = sent_.find(frame.substr(at + kCustomer.size(), 32));
    if (sent == sent_.end()) return;
    milliseconds_.push_back(std::chrono::duration<double, std::milli>(now - sent->second).count());
    sent_.erase(sent);
    changed_.notify_one();
  }
  // What is still owed when patience ends is a loss, and is said.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return milliseconds_.size() == expected_; });
  }
  void print() {
    const std::lock_guard lock(mutex_);
    std::printf("alerts          %10zu of %zu came\n", milliseconds_.size(), expected_);
    std::printf("receive → alert %s\n", percentiles(milliseconds_).c_str());
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::string, Moment> sent_;  // by customer
  std::vector<double> milliseconds_;
  std::size_t expected_ = 0;
};

struct Request {
  std::string body;
  std::vector<std::string> alarmed;  // customers
};

// Requests are made beforehand, so that making them up does not take the time of the service.
std::vector<Request> make_requests(std::int64_t count, Timestamp at) {
  Random random(20261122);
  std::vector<Request> requests(static_cast<std::size_t>(count));
  std::int64_t number = 0;
  for (Request& request : requests) {
    request.body = "[";
    for (int i = 0; i < kEventsInRequest; ++i, ++number) {
      const bool alarms = number % kEventsBetweenAlerts == 0;
      const std::int64_t customer = alarms ? kCustomers + number : static_cast<std::int64_t>(random.below(kCustomers));
      Event event = make_event(random, number, customer, at);
      if (alarms) {
        Input& input = std::get<Input>(event.body);
        input.kind = InputKind::review;
        input.channel = "web_shop";
        input.rating = Rating{1000, 1000, 5000};
        input.content.text = "The charger caught fire and burned my hand. Nobody answers the phone, this is dangerous.";
        request.alarmed.push_back(hash_key("", input.person.keys.front()).hex());
      }
      request.body += (i > 0 ? "," : "") + encode(event);
    }
    request.body += ']';
  }
  return requests;
}

struct Sender {
  int number = 0;
  std::vector<double> answered{};  // milliseconds
  std::int64_t refused = 0;
};

// Every kSenders-th request, each at its moment.
void send(Sender& sender, std::uint16_t port, const std::vector<Request>& requests, Moment begin,
          double requests_per_second, Alerts& alerts) {
  test::HttpClient client(port);
  for (auto i = static_cast<std::size_t>(sender.number); i < requests.size(); i += kSenders) {
    const Moment due = begin + std::chrono::duration_cast<Moment::duration>(
                                   std::chrono::duration<double>(static_cast<double>(i) / requests_per_second));
    std::this_thread::sleep_until(due);
    for (const std::string& customer : requests[i].alarmed) alerts.expect(customer, due);
    const auto answer =
        client.post("/v1/events", requests[i].body, {{"Content-Type", "application/cloudevents-batch+json"}});
    if (answer.status != 200) ++sender.refused;
    sender.answered.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - due).count());
  }
}

int run(double rate, double seconds, const std::filesystem::path& directory, const std::string& configuration,
        Crowd::Size size) {
  std::filesystem::remove_all(directory);
  auto config = cli::load_config(configuration);
  if (!config) return fail(config.error().message);
  config->data = directory;
  const cli::SystemClock clock;
  Log log(LogLevel::warn);
  auto station = cli::Station::open(*config, {});
  if (!station) return fail(station.error().message);
  auto service = cli::Service::start(std::move(*station), clock, log, {"127.0.0.1", 0});
  if (!service) return fail(service.error().message);
  const std::uint16_t port = (*service)->port();

  const double requests_per_second = rate / kEventsInRequest;
  const std::vector<Request> requests =
      make_requests(static_cast<std::int64_t>(requests_per_second * seconds), clock.now());
  Alerts alerts;
  test::HttpClient listening(port);
  (void)listening.send("GET /v1/alerts/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
  if (!listening.read_until("listening").ends_with("listening")) return fail("the event stream does not open");
  std::thread listener([&] {
    for (std::string frame = listening.read_until("\n\n"); !frame.empty(); frame = listening.read_until("\n\n"))
      alerts.came(frame);
  });

  Crowd crowd(port, size);
  if (crowd.opened() < size.streams + size.deaf)
    return fail("only " + std::to_string(crowd.opened()) + " streams open");

  const Stopwatch watch;
  const Moment begin = std::chrono::steady_clock::now() + std::chrono::milliseconds{100};
  std::vector<Sender> senders(kSenders);
  std::vector<std::thread> threads;
  for (int i = 0; i < kSenders; ++i) {
    Sender& sender = senders[static_cast<std::size_t>(i)];
    sender.number = i;
    threads.emplace_back([&, port] { send(sender, port, requests, begin, requests_per_second, alerts); });
  }
  for (std::thread& thread : threads) thread.join();
  const double took = watch.seconds();
  const double cpu = watch.cpu();
  alerts.wait();

  std::vector<double> answered;
  std::int64_t refused = 0;
  for (const Sender& sender : senders) {
    answered.insert(answered.end(), sender.answered.begin(), sender.answered.end());
    refused += sender.refused;
  }
  const auto events = static_cast<double>(requests.size() * kEventsInRequest);
  std::printf("posted          %10.0f events, %.0f events/s, %d a request, %lld requests refused\n", events,
              events / took, kEventsInRequest, static_cast<long long>(refused));
  std::printf("post → answer   %s\n", percentiles(answered).c_str());
  alerts.print();
  if (size.streams + size.slow + size.deaf > 0) std::printf("%s\n", crowd.end().c_str());
  std::printf("CPU             %10.2f of 2 cores, senders and listeners included\n", cpu / took);
  std::printf("memory          %10.0f MB peak, the requests included\n", peak_megabytes());
  (*service)->stop();
  listener.join();
  return 0;
}

}  // namespace
}  // namespace earshot::bench

int main(int argc, char** argv) {
  const double rate = argc > 1 ? std::atof(argv[1]) : 5'000;
  const double seconds = argc > 2 ? std::atof(argv[2]) : 20;
  return earshot::bench::run(
      rate, seconds, argc > 3 ? argv[3] : "bench-data", argc > 4 ? argv[4] : "",
      {argc > 5 ? std::atoi(argv[5]) : 0, argc > 6 ? std::atoi(argv[6]) : 0, argc > 7 ? std::atoi(argv[7]) : 0});
}
