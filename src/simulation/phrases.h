// What people write: sentences of our own in English and Chinese, by theme, with slots that are filled in.
//
// A theme has several sentences, and most of what is said is one of them between an opening and a closing, so that two
// customers with one problem rarely use the same words. Pure; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/random.h"

namespace earshot::simulation {

enum class Tongue { english, chinese };

enum class Theme {
  delivery,
  wrong_item,
  quality,
  fake,
  service,
  refund,
  app,
  login,
  billing,
  price,
  safety,
  fraud,
  legal,
  still_waiting,
  leaving,
  praise,
  praise_app,
  neutral,
  question,
  suggestion,
  thanks,
  made_up,  // a bad review that was edited after somebody helped
  bot_reply,
  agent_reply,
  agent_refuses,  // "not my department"
  internal_note,
  small_talk,  // posts about anything but the company
};

struct Slots {
  std::string product;
  std::int64_t days = 3;
  std::string amount;
  std::string order;
};

struct Manner {
  Tongue tongue = Tongue::english;
  bool mixes = false;  // a sentence in the other language may follow
  bool emoji = false;
};

// The sentences of a theme, with `{product}`, `{days}`, `{amount}` and `{order}`; never empty.
std::span<const std::string_view> english(Theme theme);
std::span<const std::string_view> chinese(Theme theme);

// One sentence with its slots filled in.
std::string sentence(Random& random, Theme theme, Tongue tongue, const Slots& slots);

// What a customer writes: a sentence, sometimes with an opening, a closing, a second sentence, an emoji.
std::string phrase(Random& random, Theme theme, const Manner& manner, const Slots& slots);

}  // namespace earshot::simulation
