// What people said the analysis should have been, joined with the texts they spoke of.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "earshot/event.h"
#include "earshot/event_log.h"
#include "earshot/result.h"
#include "event_log/topic_spec.h"
#include "text/analyzer.h"

namespace earshot::cli {

struct Label {
  std::string text;
  std::string language;  // en or zh, as the analyzer sees it; und for others
  std::string channel;
  Sentiment sentiment = Sentiment::neutral;
  std::vector<IssueType> issues;
  std::int64_t urgency = 0;
  bool leaves = false;
};

struct Labels {
  std::vector<Label> rows;       // by source and id of the input; the last word on an input counts
  std::size_t without_text = 0;  // inputs that are not in the log, or were erased
};

// Reads the whole log.
Result<Labels> read_labels(const LogReader& log, const std::vector<TopicSpec>& topics, const std::string& tenant,
                           const Analyzer& analyzer);

struct Agreement {
  std::size_t said = 0;    // by people
  std::size_t agreed = 0;  // the model says so too
};

// How often the model says what people say, by label: `neg`, `delivery`, `leaves`, `urgent`, …
std::map<std::string, Agreement> agreement(const std::vector<Label>& labels, const Analyzer& analyzer);

// A labelled file, as `earshot train` and `earshot eval` read it.
std::string as_training_rows(const std::vector<Label>& labels);

}  // namespace earshot::cli
