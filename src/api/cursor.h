// Where a page of a list ended, as text: the ends of the partitions when the first page was made, how many rows were
// given since, and before which offset of each partition the rest stands. A caller hands it back unread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "earshot/event_log.h"
#include "earshot/result.h"

namespace earshot::api {

struct Cursor {
  std::vector<Offset> ends;
  std::size_t given = 0;
  std::vector<Offset> uppers;
  bool operator==(const Cursor&) const = default;
};

std::string write_cursor(const Cursor& cursor);  // `12.0.7~100~9.0.4`
Result<Cursor> read_cursor(std::string_view text, std::size_t partitions);

}  // namespace earshot::api
