#include "sources/source_runner.h"

namespace earshot {
namespace {

class Nothing final : public Findings {
  void event(Event) override {}
  void dead_letter(DeadLetter) override {}
  void skipped() override {}
};

}  // namespace

bool SourceRunner::is_live(const Connector& connector) {
  Nothing nothing;
  return connector.listen({}, nothing) != nullptr;
}

SourceRunner::SourceRunner(Source::Settings settings, Source::Parts parts, const Clock& clock)
    : transport_(clock),
      source_(std::move(settings), std::move(parts), transport_, wait_),
      thread_([this] { source_.run(); }) {}

SourceRunner::~SourceRunner() {
  wait_.stop();
  transport_.stop();
  thread_.join();
}

void SourceRunner::Wait::wait(Millis duration) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, duration, [this] { return is_stopping_; });
}

bool SourceRunner::Wait::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return is_stopping_;
}

void SourceRunner::Wait::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  changed_.notify_all();
}

}  // namespace earshot
