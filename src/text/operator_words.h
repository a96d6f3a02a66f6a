// Words of an operator's own trade, on top of what the model knows: which issue a phrase tells, how urgent it is, which
// product it names, and what is to be overlooked. One pass over the text finds all of them, however many there are.
//
// Const after it is made; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "earshot/analysis.h"
#include "text/lexicon.h"

namespace earshot::text {

class OperatorWords {
 public:
  // What a text that holds one of the phrases says; none of it: the phrase is overlooked.
  struct Group {
    std::vector<std::string> phrases;
    std::vector<IssueType> issues;
    std::uint8_t urgency = 0;
    std::string product;

    bool is_overlooked() const { return issues.empty() && urgency == 0 && product.empty(); }
  };

  static Result<OperatorWords> make(std::vector<Group> groups, const Simplified& simplified);

  // The text with spaces in place of what is overlooked, byte for byte.
  std::string masked(std::string_view text) const;

  // Adds what the phrases say, on request with where they stand. `product` is left alone if the text names none.
  void apply(std::string_view text, bool with_evidence, Analysis& analysis, std::string& product) const;

 private:
  OperatorWords(std::vector<Group> groups, Lexicon lexicon, const Simplified& simplified)
      : groups_(std::move(groups)), lexicon_(std::move(lexicon)), simplified_(simplified) {}

  std::vector<Group> groups_;
  Lexicon lexicon_;
  Simplified simplified_;
};

}  // namespace earshot::text
