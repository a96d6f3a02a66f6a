// Whose job is it? Opens a case for a matter that needs somebody, gives it to one named person, watches what was
// promised, and follows it until the customer was told and answered.
//
// Reads the topic `desk` (case requests, forwarded messages, commands), keyed by tenant, so that one owner, one load
// and one answer are decided in one place. Writes `cases`, `alerts`, `measures`, and each change of a case to
// `activity` for the customer it belongs to. docs/cases.md tells the rules.
#pragma once

#include <memory>

#include "earshot/processor.h"

namespace earshot {

std::unique_ptr<Processor> make_desk();

}  // namespace earshot
