// A service reads its file again when it is told to (SIGHUP): what concerns the processors applies from then on, as
// with `earshot config apply`.
#pragma once

#include <string>
#include <vector>

#include "cli/config.h"
#include "cli/service.h"

namespace earshot::cli {

// Of a file that is read again, what a service takes only at a start and what differs from what it has read then.
std::vector<std::string> keys_that_need_a_start(const Config& before, const Config& now);

// `as_read` is what the service read when it started. A file that is wrong changes nothing. What comes of it is in the
// log lines; both must outlive the service's last commit.
void reload(const Config& as_read, Service& service, Log& log);

}  // namespace earshot::cli
