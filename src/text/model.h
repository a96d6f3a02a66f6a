// A trained model: for each feature it knows one cell that holds the weights of all heads, so that one pass over a text
// serves every question. Whole numbers only.
//
//     magic "EARSHTXT" · u32 format · sections (u32 length, bytes): name, numbers, lexicon, simplified
//     · zeros up to a multiple of 64 · u32 rows · zeros up to 64 · tags: rows x 4 u16 · cells: rows x 4 x 20 bytes
//     · 16 spare zeros · 16 bytes XXH3-128 of all before
//
// Numbers are little-endian. A feature lives in the row that its hash names, in one of four places, under a tag of 16
// more bits: a feature that was never seen in training is told from those that were, and costs no trip to the cells.
// The file is used as it lies on disk.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "earshot/analysis.h"
#include "earshot/result.h"
#include "text/features.h"
#include "text/fixed_point.h"
#include "text/normalise.h"

namespace earshot::text {

// Sentiment is two heads against neutral, whose logit is 0; to them are added the two `social` heads, as far as the
// text is a post and no review, which `genre` tells: a post without an opinion is chatter, a review without one is
// lukewarm. Issue heads follow in the order of IssueType, without none.
enum Head : std::uint8_t {
  kNegativeHead,
  kPositiveHead,
  kSocialNegativeHead,
  kSocialPositiveHead,
  kGenreHead,
  kComplaintHead,
  kLeaveHead,
  kSuggestHead,
  kIssueHead,
  kHeads = kIssueHead + kIssueTypes - 1
};
static_assert(kHeads == 19, "a cell of 20 bytes holds 19 heads and the rarity");

inline constexpr std::size_t kModelLanguages = 2;  // English, Chinese: each has its own bias and temperature
inline constexpr std::size_t kEnglish = 0;
inline constexpr std::size_t kChinese = 1;

struct Cell {
  std::uint8_t rarity = 0;
  std::array<std::int8_t, kHeads> weight{};
  bool operator==(const Cell&) const = default;
};
static_assert(sizeof(Cell) == 20 && alignof(Cell) == 1);

struct ModelNumbers {
  std::array<std::int32_t, kFeatureKinds> kind_weight{};  // 0..16
  std::array<std::int32_t, kHeads> step{};                // what one unit of a head's weight is worth, Fixed
  std::array<std::array<std::int32_t, kHeads>, kModelLanguages> bias{};  // Fixed
  std::array<std::array<std::int32_t, kHeads>, kModelLanguages>
      sharpness{};  // 1 / temperature, Fixed; of social heads: of posts
  std::array<std::array<std::int32_t, kHeads>, kModelLanguages> threshold{};  // per mille, from which a head says yes
  bool operator==(const ModelNumbers&) const = default;
};

inline constexpr std::size_t kPlacesPerRow = 4;

// Where the cells are; the bytes belong to somebody else.
class CellTable {
 public:
  CellTable() = default;
  CellTable(const char* tags, const char* cells, std::uint32_t rows) : tags_(tags), cells_(cells), rows_(rows) {}

  // Null for a feature that training did not keep.
  const Cell* find(std::uint32_t hash) const;

  // Says that `find` will be asked for it soon.
  void prefetch(std::uint32_t hash) const {
    __builtin_prefetch(tags_ + row_of(hash, rows_) * (kPlacesPerRow * sizeof(std::uint16_t)));
  }

  std::uint32_t rows() const { return rows_; }

  static std::uint32_t row_of(std::uint32_t hash, std::uint32_t rows) {
    return static_cast<std::uint32_t>(std::uint64_t{hash} * rows >> 32);
  }
  static std::uint16_t tag_of(std::uint32_t hash) {
    const auto tag = static_cast<std::uint16_t>(hash);
    return tag == 0 ? std::uint16_t{1} : tag;  // 0 marks a free place
  }

 private:
  const char* tags_ = nullptr;
  const char* cells_ = nullptr;
  std::uint32_t rows_ = 0;
};

inline const Cell* CellTable::find(std::uint32_t hash) const {
  const std::uint32_t row = row_of(hash, rows_);
  std::uint64_t tags = 0;
  std::memcpy(&tags, tags_ + row * (kPlacesPerRow * sizeof(std::uint16_t)), sizeof tags);
  constexpr std::uint64_t kEach = 0x0001000100010001ull;
  const std::uint64_t differences = tags ^ kEach * tag_of(hash);
  const std::uint64_t equal = (differences - kEach) & ~differences & kEach << 15;  // the lowest one set is exact
  if (equal == 0) return nullptr;
  const std::size_t place = static_cast<std::size_t>(std::countr_zero(equal)) / 16;
  return reinterpret_cast<const Cell*>(cells_) + row * kPlacesPerRow + place;
}

// A model on its way into a file.
struct ModelParts {
  std::string name;
  ModelNumbers numbers;
  std::string lexicon;  // the text form
  std::vector<std::pair<char32_t, char32_t>> simplified;
  std::uint32_t rows = 1;
  std::vector<std::uint16_t> tags = std::vector<std::uint16_t>(kPlacesPerRow);
  std::vector<Cell> cells = std::vector<Cell>(kPlacesPerRow);

  void resize(std::uint32_t new_rows);             // empty
  bool add(std::uint32_t hash, const Cell& cell);  // false: the row is full, or has one of this tag
  std::string save() const;
};

struct Model {
  std::string name;
  ModelNumbers numbers;
  std::string_view lexicon;
  std::vector<std::pair<char32_t, char32_t>> simplified;
  CellTable cells;
  std::uint64_t print = 0;  // of all bytes: two models of the same print say the same

  // `bytes` must stay where they are as long as the model lives.
  static Result<Model> load(std::string_view bytes);
};

// What the heads say of a text or of a part of it, before calibration. The social heads are already mixed into
// sentiment.
struct Logits {
  std::array<Fixed, kHeads> head{};
  std::size_t known = 0;    // features seen in training
  std::int64_t length = 0;  // of the feature vector
};

// Sentiment of one clause.
struct ClauseLogits {
  std::uint32_t to = 0;  // byte of the normalised text behind it
  Fixed negative = 0;
  Fixed positive = 0;
  std::uint32_t known = 0;
};

Logits score(const Model& model, const std::vector<Feature>& features, std::size_t language);

}  // namespace earshot::text
