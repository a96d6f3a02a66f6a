// A company that does not exist: customers with rhythms of their own, what they buy, use, pay and write, what goes
// wrong, who complains and who says nothing and simply stops. It sends what real sources would send, so that a demo and
// a test go the whole way that real data goes; and unlike real data it knows who left, when and why.
//
// Everything follows from the seed: the same settings give the same bytes on any machine, however time is cut into
// intervals. A company is used by one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "earshot/connector.h"

namespace earshot::simulation {

struct Payload {          // one delivery, as a real source would send it
  Timestamp at{};         // when it arrives
  std::string connector;  // "google_play", "typeform", "bluesky", "cloudevents", "csv"
  Headers headers;  // of an HTTP delivery: for Connector::open_request (and verify); empty for what is fetched or read
  std::string body;
};

struct Settings {
  std::uint64_t seed = 1;
  int customers = 400;  // within `days`; most are there from the start, the others join, and some join later
  Timestamp start{};
  int days = 180;  // of history: soon after it the company has a bad week
  std::string tenant = "acme";
  std::string typeform_secret;  // empty: answers come unsigned
};

struct Truth {
  std::string customer_key;
  std::vector<std::string> keys;  // all of theirs, that one first
  Timestamp joined{};
  std::string regime;             // "contract", "app", "shop", "shop and app"
  bool complains = false;         // they mostly say it when something is bad; the others mostly do not
  std::optional<Timestamp> left;  // nothing is heard from them after it: no order, no use, no word
  std::string why;                // "service failure", "price", "drifted", ""
};

class Company {
 public:
  explicit Company(Settings settings);
  ~Company();
  Company(Company&&) noexcept;
  Company& operator=(Company&&) noexcept;

  // The deliveries of [from, to), in order of time. Intervals that adjoin give together what one would; what lies
  // before `from` and was not asked for is passed over. Goes on beyond `days` for ever.
  std::vector<Payload> deliver(Timestamp from, Timestamp to);

  // Somebody helped this customer: most who were about to leave stay, some say thanks or mend their review. The key is
  // any of theirs (`customer:`, `email:`, `google_play:`, `bsky:`); another is ignored. Not before what was delivered.
  void helped(const std::string& customer_key, Timestamp at);

  // Everybody who has joined so far, in order of joining.
  std::vector<Truth> truth() const;

  // Items so far that were damaged on purpose: each is one dead letter.
  std::int64_t damaged_items() const;

 private:
  struct World;
  std::unique_ptr<World> world_;
};

// Settings for make_connector("csv", …) that read this company's csv payloads.
std::string csv_settings();

// Settings for any connector of this company, `{}` where its defaults do. With a secret, typeform checks signatures.
std::string connector_settings(const std::string& connector, const std::string& typeform_secret = "");

}  // namespace earshot::simulation
