// Has a dead letter read again, by what the configuration says now or with an edited payload.
//
// A letter is mended once: what it becomes and the record of who did it are taken together or not at all, and whoever
// comes second is told who was first. Only what is new counts: a letter whose events are known already changes nothing.
#pragma once

#include <functional>
#include <string_view>

#include "api/intake.h"
#include "api/queries.h"
#include "api/router.h"
#include "api/workers.h"
#include "earshot/connector.h"

namespace earshot::api {

// Who reads a payload: the connector of this name in the configuration, or, without one, whoever read the letter.
struct FoundConnector {
  const Connector* connector = nullptr;  // nullptr: there is none
  std::string name;                      // in the configuration; `api` for what comes to /v1/events
};
using FindReader = std::function<FoundConnector(const DeadLetter& letter, std::string_view name)>;

class Mending {
 public:
  struct Parts {
    const Queries& queries;
    Intake& intake;
    Workers& workers;
    const Clock& clock;
    FindReader find_reader;
  };
  explicit Mending(Parts parts) : parts_(std::move(parts)) {}

  void mend(Call call, Reply reply) const;  // POST /v1/dead-letters/{id}/mend

 private:
  void read_and_offer(const Call& call, const Reply& reply) const;

  Parts parts_;
};

}  // namespace earshot::api
