#include "integration/dashboards/promql.h"

#include <cctype>

namespace earshot::test {
namespace {

const std::set<std::string> kOfLabels = {"by", "without", "on", "ignoring", "group_left", "group_right"};
const std::set<std::string> kOperators = {"and", "or", "unless", "bool", "offset"};

class Scanner {
 public:
  explicit Scanner(const std::string& text) : text_(text) {}

  Expression scan() {
    std::string before;  // the name in front of a parenthesis
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '(') {
        functions_.push_back(before);
        before.clear();
        ++at_;
      } else if (c == ')') {
        if (!functions_.empty()) functions_.pop_back();
        ++at_;
      } else if (c == '"') {
        (void)quoted();
      } else if (c == '[') {
        at_ = std::min(text_.find(']', at_), text_.size() - 1) + 1;
      } else if (is_name(c) && std::isdigit(static_cast<unsigned char>(c)) == 0) {
        before = name(before);
      } else {
        at_ += number_or_one();
      }
    }
    return std::move(found_);
  }

 private:
  static bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == ':'; }

  std::string word() {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }
  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool is_next(char c) {
    skip_blanks();
    return at_ < text_.size() && text_[at_] == c;
  }
  std::size_t number_or_one() const {
    std::size_t size = 0;
    while (at_ + size < text_.size() && (is_name(text_[at_ + size]) || text_[at_ + size] == '.')) ++size;
    return std::max<std::size_t>(size, 1);
  }
  std::string quoted() {
    const std::size_t from = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    const std::string inside = text_.substr(from, at_ - from);
    ++at_;
    return inside;
  }

  // A word, and what it turns out to be; gives what stands before the next parenthesis.
  std::string name(const std::string& before) {
    const std::size_t from = at_;
    const std::string it = word();
    if (kOfLabels.contains(it)) {
      if (is_next('(')) labels();
      return before;  // `sum by (stage) (…)`
    }
    if (kOperators.contains(it) || is_next('(')) return it;
    if (is_next('b') && text_.compare(at_, 3, "by ") == 0) return it;
    if (is_next('w') && text_.compare(at_, 8, "without ") == 0) return it;
    selector(it, from);
    return "";
  }

  void labels() {
    for (++at_; !is_next(')') && at_ < text_.size();) {
      const std::string label = word();
      if (label.empty()) ++at_;
      if (!label.empty()) found_.labels.insert(label);
    }
    ++at_;
  }

  void selector(const std::string& metric, std::size_t from) {
    Selector one{metric, {}, "", functions_.empty() ? "" : functions_.back(), false};
    if (is_next('{')) {
      for (++at_; !is_next('}') && at_ < text_.size();) {
        Matcher matcher;
        matcher.label = word();
        skip_blanks();
        while (at_ < text_.size() && (text_[at_] == '=' || text_[at_] == '!' || text_[at_] == '~'))
          matcher.op += text_[at_++];
        if (is_next('"')) matcher.value = quoted();
        if (matcher.label.empty()) ++at_;
        if (!matcher.label.empty()) one.matchers.push_back(std::move(matcher));
      }
      ++at_;
    }
    one.text = text_.substr(from, std::min(at_, text_.size()) - from);
    one.is_range = is_next('[');
    found_.selectors.push_back(std::move(one));
  }

  const std::string& text_;
  std::size_t at_ = 0;
  std::vector<std::string> functions_;
  Expression found_;
};

}  // namespace

Expression read_promql(const std::string& text) { return Scanner(text).scan(); }

}  // namespace earshot::test
