#include "simulation/shop.h"

#include <iterator>

namespace earshot::simulation {
namespace {

using namespace std::chrono;

struct Product {
  const char* sku;
  const char* english;
  const char* chinese;
  std::int64_t price;  // minor units
};

constexpr Product kProducts[] = {
    {"kettle-2", "kettle", "烧水壶", 12900},      {"earbuds-x", "earbuds", "蓝牙耳机", 29900},
    {"lamp-a1", "desk lamp", "台灯", 8900},       {"vacuum-s", "vacuum cleaner", "吸尘器", 89900},
    {"bottle-9", "water bottle", "保温杯", 5900}, {"jacket-m", "rain jacket", "冲锋衣", 45900},
    {"powerbank", "power bank", "充电宝", 15900}, {"pan-28", "frying pan", "炒锅", 19900},
};

constexpr double kLateInAWave = 0.75;
constexpr double kLateByChance = 0.025;
constexpr double kPaymentFails = 0.03;
constexpr double kSlowRefund = 0.2;

// What may be wrong with what arrives, and how often.
struct Fault {
  Theme theme;
  double chance;
  int weight;
};
constexpr Fault kFaults[] = {{Theme::quality, 0.03, 170},
                             {Theme::wrong_item, 0.012, 140},
                             {Theme::fake, 0.004, 200},
                             {Theme::service, 0.012, 130},
                             {Theme::safety, 0.0012, 350}};

}  // namespace

void Shop::begin(Customer& customer, Timestamp at) {
  stage_.later(customer, usual_hour(customer.random, at, customer.zone),
               [this, &customer](Timestamp now) { place(customer, now); });
}

void Shop::plan_order(Customer& customer, Timestamp after) {
  Rhythm rhythm = customer.orders;
  rhythm.mean_days *= customer.slowing / season(after);
  const Timestamp at = usual_hour(customer.random, after + next_gap(customer.random, rhythm), customer.zone);
  stage_.later(customer, at, [this, &customer](Timestamp now) { place(customer, now); });
}

void Shop::place(Customer& customer, Timestamp at) {
  const Product& product = kProducts[customer.random.below(std::size(kProducts))];
  Sale sale;
  sale.id = "ORD-" + customer.id + "-" + std::to_string(++customer.order_count);
  sale.product = product.sku;
  sale.amount = product.price * customer.random.between(1, 2);
  sale.at = floor<seconds>(at);
  sale.at_market = customer.buys_at_market && customer.random.chance(0.35);
  sale.slots = {customer.manner.tongue == Tongue::english ? product.english : product.chinese, 3,
                spoken_amount(customer, sale.amount), sale.id};
  if (sale.at_market) {
    stage_.outbox.send(
        MarketOrder{"MKT-" + sale.id, customer.id, sale.amount, customer.currency(), "paid", sale.product, sale.at});
  } else {
    Event event = stage_.event(customer, "shop", InputKind::order, at);
    input_of(event).order = Order{sale.id, sale.amount, customer.currency()};
    input_of(event).product = sale.product;
    stage_.outbox.send_now(event);
    pay(customer, sale, at);
  }
  if (customer.random.chance(0.05)) {
    Experience question{Theme::question, 0, "", sale.product, sale.slots};
    stage_.later(customer, at + minutes{customer.random.between(20, 900)},
                 [this, &customer, question](Timestamp now) { voice_.asks(customer, question, now); });
  }
  plan_delivery(customer, sale);
  plan_order(customer, at);
}

void Shop::pay(Customer& customer, const Sale& sale, Timestamp at) {
  const bool fails = customer.random.chance(kPaymentFails);
  send_payment(customer, sale, fails ? PaymentStatus::failed : PaymentStatus::succeeded, at);
  if (!fails) return;
  stage_.later(customer, at + minutes{customer.random.between(3, 25)},
               [this, &customer, sale](Timestamp now) { send_payment(customer, sale, PaymentStatus::succeeded, now); });
}

void Shop::send_payment(Customer& customer, const Sale& sale, PaymentStatus status, Timestamp at) {
  Event event = stage_.event(customer, "billing", InputKind::payment, at);
  input_of(event).payment = Payment{"PAY-" + event.id, sale.amount, customer.currency(), status};
  stage_.outbox.send_in_batch(event);
}

void Shop::plan_delivery(Customer& customer, const Sale& sale) {
  const bool in_wave = stage_.failures.hits(Trouble::late_deliveries, sale.at, customer.region);
  const bool is_late = customer.random.chance(in_wave ? kLateInAWave : kLateByChance);
  Timestamp arrives = sale.at + days_of(1.5 + 2.0 * customer.random.unit());
  if (is_late) {
    const Timestamp impatient = sale.at + days_of(4.0 + 3.0 * customer.random.unit());
    arrives = impatient + days_of(1.0 + 5.0 * customer.random.unit());
    Experience experience{Theme::delivery, 150, "service failure", sale.product, sale.slots};
    experience.slots.days = ceil<days>(impatient - sale.at).count();
    stage_.later(customer, impatient,
                 [this, &customer, experience](Timestamp now) { voice_.suffers(customer, experience, now); });
  }
  stage_.later(customer, arrives, [this, &customer, sale](Timestamp now) { receive(customer, sale, now); });
}

void Shop::receive(Customer& customer, const Sale& sale, Timestamp at) {
  double luck = customer.random.unit();
  for (const Fault& fault : kFaults) {
    luck -= fault.chance;
    if (luck >= 0) continue;
    Experience experience{fault.theme, fault.weight, "service failure", sale.product, sale.slots};
    experience.slots.days = customer.random.between(2, 9);
    voice_.suffers(customer, experience, at);
    if (fault.theme != Theme::service && customer.random.chance(0.5)) plan_return(customer, sale, at);
    return;
  }
  be_pleased(customer, sale, at);
}

void Shop::be_pleased(Customer& customer, const Sale& sale, Timestamp at) {
  loyalty_.good(customer, 12);
  const double luck = customer.random.unit();
  const Experience praise{Theme::praise, 0, "", sale.product, sale.slots};
  if (luck < 0.07) {
    voice_.remarks(customer, praise, at);
  } else if (luck < 0.095) {
    voice_.remarks(customer, {Theme::neutral, 0, "", sale.product, sale.slots}, at);
  } else if (luck < 0.12) {
    plan_return(customer, sale, at);  // it simply did not suit
  }
  if (customer.random.chance(0.35))
    voice_.surveys(customer, customer.random.chance(0.5) ? Form::csat : Form::nps, praise, at + hours{26});
}

void Shop::plan_return(Customer& customer, const Sale& sale, Timestamp at) {
  const Timestamp back = usual_hour(customer.random, at + days_of(1.0 + 4.0 * customer.random.unit()), customer.zone);
  stage_.later(customer, back, [this, &customer, sale](Timestamp now) { send_back(customer, sale, now); });
}

void Shop::send_back(Customer& customer, const Sale& sale, Timestamp at) {
  if (sale.at_market) {
    stage_.outbox.send(MarketOrder{"MKT-" + sale.id, customer.id, sale.amount, customer.currency(), "refunded",
                                   sale.product, floor<seconds>(at)});
    return;
  }
  Event event = stage_.event(customer, "shop", InputKind::returned, at);
  input_of(event).order = Order{sale.id, sale.amount, customer.currency()};
  input_of(event).product = sale.product;
  stage_.outbox.send_now(event);
  const bool is_slow = customer.random.chance(kSlowRefund);
  const Timestamp refunded =
      at + days_of(is_slow ? 12.0 + 8.0 * customer.random.unit() : 1.0 + 3.0 * customer.random.unit());
  // The money comes whether they are still a customer or not.
  stage_.schedule.at(refunded, customer.number, [this, &customer, sale](Timestamp now) {
    send_payment(customer, sale, PaymentStatus::refunded, now);
  });
  if (!is_slow) return;
  Experience experience{Theme::refund, 160, "service failure", sale.product, sale.slots};
  experience.slots.days = customer.random.between(7, 10);
  stage_.later(customer, at + days{experience.slots.days},
               [this, &customer, experience](Timestamp now) { voice_.suffers(customer, experience, now); });
}

}  // namespace earshot::simulation
