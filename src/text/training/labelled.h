// Labelled texts on disk: `label<TAB>lang<TAB>domain<TAB>text`, one a line; a first line with # names the columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "earshot/result.h"

namespace earshot::text {

struct LabelledText {
  std::string label;
  std::string language;
  std::string domain;
  std::string text;
  std::vector<std::string> more;  // columns after the text
};

struct LabelledFile {
  std::vector<std::string> columns;  // as the first line names them; may be empty
  std::vector<LabelledText> rows;
  std::string sha256;
};

Result<std::string> read_bytes(const std::string& path);
Result<void> write_bytes(const std::string& path, std::string_view bytes);
Result<LabelledFile> read_labelled(const std::string& path);

std::vector<std::string> split(std::string_view line, char separator);

}  // namespace earshot::text
