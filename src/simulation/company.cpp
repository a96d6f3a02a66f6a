#include "simulation/company.h"

#include <deque>
#include <iterator>
#include <map>

#include "event/json_writer.h"
#include "simulation/app.h"
#include "simulation/shop.h"

namespace earshot::simulation {
namespace {

constexpr double kThereFromTheStart = 0.7;
constexpr double kSpeaksUp = 0.25;    // the share of customers who complain
constexpr int kOneInHasContract = 4;  // of those who use the app
constexpr std::chrono::days kContract{90};

std::string padded(int number) {
  std::string digits = std::to_string(number);
  return digits.size() < 4 ? std::string(4 - digits.size(), '0') + digits : digits;
}

std::chrono::hours zone_of(const std::string& region) {
  return std::chrono::hours{region.starts_with("CN") ? 8 : region.starts_with("GB") ? 0 : -8};
}

// Who they are and how they live; from their own random numbers alone.
void give_character(Customer& customer) {
  Random& random = customer.random;
  customer.id = "U-" + padded(customer.number);
  customer.email = "user-" + std::to_string(customer.number) + "@example.com";
  if (random.chance(0.15)) customer.did = did_of(random);
  customer.region = kRegions[random.below(std::size(kRegions))];
  customer.zone = zone_of(customer.region);
  customer.manner = {customer.region.starts_with("CN") ? Tongue::chinese : Tongue::english, random.chance(0.12),
                     random.chance(0.4)};
  const double kind = random.unit();
  customer.shops = kind < 0.7;
  customer.uses_app = kind > 0.45;
  customer.buys_at_market = random.chance(0.3);
  customer.orders = {5.0 + 55.0 * random.unit() * random.unit(), static_cast<int>(random.between(1, 4))};
  customer.uses = {1.0 + 6.0 * random.unit() * random.unit(), static_cast<int>(random.between(1, 3))};
  customer.speaks = random.chance(kSpeaksUp) ? 0.7 : 0.08;
  customer.fickle = 0.5 + random.unit();
  customer.mood = static_cast<int>(random.between(640, 880));
  customer.plan_price = 1900 + 1000 * random.between(0, 2);
  if (customer.number % kOneInHasContract == 0) {
    customer.plan_period = kContract;
    customer.plan_price *= 3;
  }
}

std::string regime_of(const Customer& customer) {
  if (customer.has_contract()) return "contract";
  if (customer.shops && customer.uses_app) return "shop and app";
  return customer.shops ? "shop" : "app";
}

std::vector<std::string> keys_of(const Customer& customer) {
  std::vector<std::string> keys{customer.key(), "email:" + customer.email};
  if (!customer.did.empty()) keys.push_back("bsky:" + customer.did);
  if (!customer.review_id.empty()) keys.push_back("google_play:" + customer.review_id);
  return keys;
}

}  // namespace

struct Company::World {
  explicit World(Settings given)
      : settings(std::move(given)),
        failures({settings.seed, settings.start, settings.days}),
        outbox(settings, schedule),
        stage{settings, schedule, outbox, failures},
        loyalty(stage),
        voice(stage, loyalty),
        shop(stage, loyalty, voice),
        app(stage, loyalty, voice),
        random(settings.seed) {
    const Millis history = days_of(settings.days);
    const int there = static_cast<int>(settings.customers * kThereFromTheStart);
    for (int i = 0; i < settings.customers; ++i) {
      const bool is_new = i >= there;
      const Millis after{random.between(0, history.count())};
      schedule.at(settings.start + (is_new ? after : Millis{0}), kNobody,
                  [this, is_new](Timestamp now) { join(now, is_new); });
    }
    if (settings.customers > there) {
      join_every = history / (settings.customers - there);
      schedule.at(settings.start + history + join_every, kNobody, [this](Timestamp now) { join_and_go_on(now); });
    }
  }

  void join(Timestamp at, bool is_new) {
    const int number = static_cast<int>(customers.size()) + 1;
    Customer& customer = customers.emplace_back(
        number, settings.seed * 0xd1342543de82ef95ull + static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15ull);
    give_character(customer);
    customer.joined = at;
    by_key.emplace(customer.key(), number);
    by_key.emplace("email:" + customer.email, number);
    if (!customer.did.empty()) by_key.emplace("bsky:" + customer.did, number);
    const auto first = [&](const Rhythm& rhythm) {
      return is_new ? at : at + days_of(rhythm.mean_days * customer.random.unit());
    };
    if (customer.shops) shop.begin(customer, first(customer.orders));
    if (customer.uses_app) app.begin(customer, first(customer.uses), is_new);
    loyalty.plan_drifting(customer, at);
  }

  void join_and_go_on(Timestamp at) {
    join(at, true);
    schedule.at(at + join_every, kNobody, [this](Timestamp now) { join_and_go_on(now); });
  }

  Customer* find(const std::string& key) {
    if (const auto known = by_key.find(key); known != by_key.end())
      return &customers[static_cast<std::size_t>(known->second - 1)];
    if (!key.starts_with("google_play:")) return nullptr;
    for (Customer& customer : customers) {
      if (!customer.review_id.empty() && key == "google_play:" + customer.review_id) return &customer;
    }
    return nullptr;
  }

  Settings settings;
  Schedule schedule;
  Failures failures;
  Outbox outbox;
  Stage stage;
  Loyalty loyalty;
  Voice voice;
  Shop shop;
  App app;
  Random random;
  Millis join_every{};
  std::deque<Customer> customers;  // actions hold on to them
  std::map<std::string, int> by_key;
};

Company::Company(Settings settings) : world_(std::make_unique<World>(std::move(settings))) {}
Company::~Company() = default;
Company::Company(Company&&) noexcept = default;
Company& Company::operator=(Company&&) noexcept = default;

std::vector<Payload> Company::deliver(Timestamp from, Timestamp to) {
  if (world_->schedule.now() < from) {
    world_->schedule.run(from);
    (void)world_->outbox.take();  // nobody asked for what lies before `from`
  }
  world_->schedule.run(to);
  return world_->outbox.take();
}

void Company::helped(const std::string& customer_key, Timestamp at) {
  Customer* customer = world_->find(customer_key);
  if (customer == nullptr) return;
  World* world = world_.get();
  world->stage.later(*customer, at, [world, customer](Timestamp now) { world->voice.was_helped(*customer, now); });
}

std::vector<Truth> Company::truth() const {
  std::vector<Truth> all;
  for (const Customer& customer : world_->customers) {
    all.push_back({customer.key(), keys_of(customer), customer.joined, regime_of(customer), customer.complains(),
                   customer.left, customer.why});
  }
  return all;
}

std::int64_t Company::damaged_items() const { return world_->outbox.damaged_items(); }

std::string csv_settings() {
  return R"({
  "map": {
    "source": "/acme/market",
    "kind": "{status}",
    "kinds": [{"from": "paid", "to": "order"}, {"from": "refunded", "to": "return"}],
    "id": "{order_id}-{status}",
    "channel": "market",
    "keys": [{"kind": "customer", "value": "{customer}", "verified": true}],
    "time": {"value": "{ordered_at}", "formats": ["%Y-%m-%d %H:%M:%S"], "zone": "Asia/Shanghai"},
    "order": {"id": "{order_id}", "amount": "{amount}", "currency": "{currency}"},
    "product": "{product}"
  }
})";
}

std::string connector_settings(const std::string& connector, const std::string& typeform_secret) {
  if (connector == "csv") return csv_settings();
  if (connector == "google_play") return R"({"package": "com.acme.app"})";
  if (connector == "bluesky") return R"({"keywords": ["acme"]})";
  if (connector != "typeform") return "{}";
  std::string settings = R"({"families": [{"ref": "effort", "family": "ces"}])";
  if (!typeform_secret.empty()) {
    settings += R"(, "secrets": [)";
    append_json_string(settings, typeform_secret);
    settings += "]";
  }
  return settings + "}";
}

}  // namespace earshot::simulation
