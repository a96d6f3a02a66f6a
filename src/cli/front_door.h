// The API's deliveries on their way to a pump. Each connector is a stage.
#pragma once

#include <memory>
#include <vector>

#include "api/api.h"
#include "cli/worker.h"

namespace earshot::cli {

// Deliveries go to the first worker; one that mends a letter to the worker that knows whether it was mended before.
class FrontDoor : public api::Intake {
 public:
  using Workers = std::vector<std::unique_ptr<Worker>>;
  // All of them must outlive it.
  FrontDoor(const Workers& workers, Metrics& metrics, const Clock& clock)
      : workers_(workers), metrics_(metrics), clock_(clock) {}

  void offer(api::Offer offer, Done done) override;

 private:
  Result<Live*> door_of(const Event& mending) const;

  const Workers& workers_;
  Metrics& metrics_;
  const Clock& clock_;
};

}  // namespace earshot::cli
