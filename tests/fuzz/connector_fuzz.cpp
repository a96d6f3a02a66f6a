// One connector, EARSHOT_CONNECTOR, under the settings of each of its samples: what it makes of bytes does not depend
// on how they are cut, and every event that it gives can be written and read.
#include "earshot/check.h"
#include "fuzz/target.h"
#include "support/connector_samples.h"

namespace earshot::fuzz {

namespace {

struct Fed {
  std::unique_ptr<Connector> connector;
  test::Sample sample;
};

const std::vector<Fed>& all() {
  static const std::vector<Fed> made = [] {
    std::vector<Fed> fed;
    for (test::Sample& sample : test::all_samples()) {
      if (sample.connector != EARSHOT_CONNECTOR) continue;
      auto connector = make_connector(sample.connector, sample.settings);
      EARSHOT_CHECK(connector.has_value(), "the settings of a sample are good");
      fed.push_back({std::move(*connector), std::move(sample)});
    }
    EARSHOT_CHECK(!fed.empty() && fed.size() < 250, "there are samples, and a byte chooses one");
    return fed;
  }();
  return made;
}

}  // namespace

void take(std::string_view bytes) {
  const Fed& fed = all()[choose(bytes, all().size())];
  const std::size_t piece = 1 + choose(bytes, 64);
  const test::Found whole = test::play(*fed.connector, fed.sample, bytes);
  const test::Found cut = test::play(*fed.connector, fed.sample, bytes, piece);
  EARSHOT_CHECK(whole.events == cut.events, "the same events however it is cut");
  EARSHOT_CHECK(whole.letters == cut.letters && whole.skips == cut.skips, "and the same letters");
  static EventDecoder decoder;
  for (const Event& event : whole.events) {
    const auto again = decoder.decode(encode(event));
    EARSHOT_CHECK(again.has_value(), "an event can be written and read");
  }
  for (const DeadLetter& letter : whole.letters)
    EARSHOT_CHECK(letter.bytes.size() <= kDeadLetterBytesMax && !letter.detail.empty(),
                  "letters are bounded and say why");
}

std::vector<std::string> seeds() {
  std::vector<std::string> seeds;
  for (std::size_t i = 0; i < all().size(); ++i)
    seeds.push_back(std::string{static_cast<char>(i), 16} + all()[i].sample.body);
  return seeds;
}

}  // namespace earshot::fuzz
