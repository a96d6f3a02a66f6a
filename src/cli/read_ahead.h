// Reads texts on the threads that offer events, so that the one thread that folds finds the answer ready.
//
// What a text says is a function of the text and the declared language alone. So it does not matter who reads it, when,
// or whether a reading got lost on the way: what is not there is read where it is needed, with the same result. Any
// thread.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "earshot/event.h"
#include "text/analyzer.h"

namespace earshot::cli {

class ReadAhead {
 public:
  explicit ReadAhead(const Analyzer& analyzer) : analyzer_(analyzer) {}

  // Reads what intake will ask for, if anything.
  void read(const Event& event);

  // What the text says. A reading that was ready is given away.
  Analysis take(std::string_view text, std::string_view declared_language);

 private:
  using Ready = std::unordered_map<std::string, Analysis>;  // by text and language

  Analysis analyze(std::string_view text, std::string_view declared_language) const;

  const Analyzer& analyzer_;
  std::mutex mutex_;
  Ready newer_;
  Ready older_;  // from before `newer_` was begun; dropped when that is full, so that what nobody took does not stay
};

}  // namespace earshot::cli
