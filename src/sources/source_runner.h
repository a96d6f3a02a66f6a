// The thread of one live source, with the wire it listens to.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "sources/net_transport.h"
#include "sources/source.h"

namespace earshot {

class SourceRunner {
 public:
  // Whether a connector's settings name a server to listen to.
  static bool is_live(const Connector& connector);

  // What is referred to must outlive the runner.
  SourceRunner(Source::Settings settings, Source::Parts parts, const Clock& clock);
  ~SourceRunner();  // what was heard is kept first
  SourceRunner(const SourceRunner&) = delete;
  SourceRunner& operator=(const SourceRunner&) = delete;

 private:
  class Wait final : public Pause {
   public:
    void wait(Millis duration) override;
    bool is_stopping() const override;
    void stop();

   private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_stopping_ = false;
  };

  NetTransport transport_;
  Wait wait_;
  Source source_;
  std::thread thread_;
};

}  // namespace earshot
