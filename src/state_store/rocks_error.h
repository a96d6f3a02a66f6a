// RocksDB's answers in our words. For the files that wrap RocksDB, and no others.
#pragma once

#include <string>

#include <rocksdb/status.h>

#include "earshot/result.h"

namespace earshot {

inline Error rocks_error(const rocksdb::Status& status, const std::string& directory) {
  const std::string what = status.ToString();
  if (status.IsCorruption()) return Error{ErrorKind::Corrupt, directory + " is damaged (" + what + ")"};
  if (status.IsIOError() && what.find("LOCK") != std::string::npos) {
    return Error{ErrorKind::Unavailable,
                 "cannot open " + directory + ": is another earshot running? use --url to ask it"};
  }
  if (status.IsNoSpace())
    return Error{ErrorKind::Unavailable, "no space left for " + directory + "; make room and start again"};
  // A file that the store itself lists is gone.
  if (status.IsPathNotFound()) return Error{ErrorKind::Corrupt, directory + " is incomplete (" + what + ")"};
  return Error{ErrorKind::Unavailable, "cannot use " + directory + " (" + what + ")"};
}

}  // namespace earshot
