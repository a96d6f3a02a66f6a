// The project as text: what the tests of this folder read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace earshot::tidy {

struct File {
  std::string path;  // from the root of the project, `src/base/hash.cpp`
  std::string text;

  bool is_in(std::string_view folder) const;  // `src/base`: it, or below it
  bool ends_with(std::string_view suffix) const { return path.ends_with(suffix); }
  bool is_cpp() const { return ends_with(".cpp") || ends_with(".h"); }
};

// Every text file, in order of its path; what is built and what git ignores is left out.
const std::vector<File>& project();
const File* find_file(std::string_view path);
bool is_there(const std::string& path);  // a file or folder, also one that is no text

struct Line {
  int number = 0;
  std::string_view text;
};
std::vector<Line> lines_of(std::string_view text);

// `src/base/hash.cpp:12: `, to begin a complaint with.
std::string place(const File& file, int line);

// C++ without comments and the content of literals; lines stay where they are.
std::string code_only(std::string_view cpp);

// Whether `word` stands in `text` with no letter, digit or underscore on either side.
bool has_word(std::string_view text, std::string_view word);

// Pieces of a text between any of `separators`, without empty ones.
std::vector<std::string> split(std::string_view text, std::string_view separators);
std::string trimmed(std::string_view text);

// Rows of the Markdown tables of a page whose first cell is in backticks: all cells, trimmed, the first without
// backticks.
std::vector<std::vector<std::string>> rows_of_tables(const File& page);

}  // namespace earshot::tidy
