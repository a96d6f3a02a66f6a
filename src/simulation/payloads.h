// What the sources' own formats look like: one page of reviews, one answered survey, one frame of a social network, one
// row of an export. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "earshot/time.h"

namespace earshot::simulation {

struct StoreReview {
  std::string id;
  std::string author;
  std::string language;
  std::string text;
  std::int64_t stars = 5;
  Timestamp at{};     // of the last change
  std::string reply;  // the company's, with its time
  Timestamp replied_at{};
};
std::string google_play_page(const std::vector<StoreReview>& reviews, bool has_next);

enum class Form { nps, csat, ces };

struct FormAnswer {
  Form form = Form::nps;
  std::string token;
  std::string customer;  // as in the hidden field; empty: who answered came without a link of their own
  std::string survey;    // the invitation, or empty
  std::string email;     // typed in by whoever answered, or empty
  std::string text;
  std::int64_t score = 0;
  Timestamp at{};
};
std::string typeform_response(const FormAnswer& answer);

struct Post {
  std::string did;
  std::string rkey;
  std::string text;
  std::string language;
  Timestamp at{};
};
enum class PostChange { create, update, remove };
std::string jetstream_post(Random& random, const Post& post, PostChange change, Timestamp at);
// A like, a follow, a change of a handle, or a post about nothing of ours: what a stream is mostly made of.
std::string jetstream_noise(Random& random, Timestamp at);

// Names as the network makes them: the account of a person; a post, from its moment.
std::string did_of(Random& random);
std::string rkey_of(Timestamp at, Random& random);

struct MarketOrder {
  std::string id;
  std::string customer;
  std::int64_t amount = 0;  // minor units
  std::string currency;
  std::string status;  // `paid` or `refunded`
  std::string product;
  Timestamp at{};
};
std::string market_export(const std::vector<MarketOrder>& orders);

// 1299.5 as "1,299.50".
std::string grouped_amount(std::int64_t minor_units);

}  // namespace earshot::simulation
