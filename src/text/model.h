// A trained model: for every bucket of hashed features one cell that holds the weights of all heads, so that one pass
// over a text serves every question. Whole numbers only.
//
//     magic "EARSHTXT" · u32 format · sections (u32 length, bytes): name, numbers, lexicon, simplified, cells
//     · 16 bytes XXH3-128 of all before
//
// Numbers are little-endian. `cells` holds only buckets that say something: the distance from the last one (varint),
// rarity (u8), which heads follow (u16 mask), and one signed byte for each of them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/analysis.h"
#include "earshot/result.h"
#include "text/features.h"
#include "text/fixed_point.h"
#include "text/normalise.h"

namespace earshot::text {

// Sentiment is two heads against neutral, whose logit is 0. Issue heads follow in the order of IssueType, without none.
enum Head : std::uint8_t {
  kNegativeHead,
  kPositiveHead,
  kComplaintHead,
  kLeaveHead,
  kIssueHead,
  kHeads = kIssueHead + kIssueTypes - 1
};
static_assert(kHeads == 15, "a cell of 16 bytes holds 15 heads and the rarity");

inline constexpr std::size_t kModelLanguages = 2;  // English, Chinese: each has its own bias and temperature
inline constexpr std::size_t kEnglish = 0;
inline constexpr std::size_t kChinese = 1;

struct alignas(16) Cell {
  std::uint8_t rarity = 0;  // 0: never seen in training
  std::array<std::int8_t, kHeads> weight{};
  bool operator==(const Cell&) const = default;
};

static_assert(sizeof(Cell) == 16);

struct ModelNumbers {
  std::array<std::int32_t, kFeatureKinds> kind_weight{};  // 0..16
  std::array<std::int32_t, kHeads> step{};                // what one unit of a head's weight is worth, Fixed
  std::array<std::array<std::int32_t, kHeads>, kModelLanguages> bias{};       // Fixed
  std::array<std::array<std::int32_t, kHeads>, kModelLanguages> sharpness{};  // 1 / temperature, Fixed
  std::array<std::array<std::int32_t, kHeads>, kModelLanguages> threshold{};  // per mille, from which a head says yes
  bool operator==(const ModelNumbers&) const = default;
};

// One bit a bucket: whether its cell says anything. It fits into a near cache, where the cells do not, so most of what
// was never seen in training costs no trip to memory.
class KnownBuckets {
 public:
  bool has(std::uint32_t bucket) const { return (bits_[bucket / 64] >> bucket % 64 & 1) != 0; }
  void add(std::uint32_t bucket) { bits_[bucket / 64] |= std::uint64_t{1} << bucket % 64; }

 private:
  std::vector<std::uint64_t> bits_ = std::vector<std::uint64_t>(kBuckets / 64);
};

struct Model {
  std::string name;
  ModelNumbers numbers;
  std::string lexicon;  // the text form
  std::vector<std::pair<char32_t, char32_t>> simplified;
  std::vector<Cell> cells = std::vector<Cell>(kBuckets);
  KnownBuckets known;  // derived from the cells; call index() after changing them

  void index();
  static Result<Model> load(std::string_view bytes);
  std::string save() const;
};

// What the heads say of one text, before calibration.
struct Logits {
  std::array<Fixed, kHeads> head{};
  std::size_t known = 0;    // features seen in training
  std::int64_t length = 0;  // of the feature vector
};

Logits score(const Model& model, const std::vector<Feature>& features, std::size_t language);

}  // namespace earshot::text
