#include "tidy/project.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace earshot::tidy {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = EARSHOT_SOURCE_DIR;

// Of the root: what is no source.
bool is_left_out(const fs::path& path) {
  static const std::set<fs::path> kNames{".git", "build", "data"};
  return path.parent_path() == kRoot && kNames.contains(path.filename());
}

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::vector<File> read_project() {
  std::vector<File> files;
  for (auto at = fs::recursive_directory_iterator(kRoot); at != fs::recursive_directory_iterator(); ++at) {
    if (is_left_out(at->path())) {
      if (at->is_directory()) at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file() || at->path().extension() == ".bin") continue;
    std::ostringstream text;
    text << std::ifstream(at->path(), std::ios::binary).rdbuf();
    files.push_back({at->path().lexically_relative(kRoot).generic_string(), text.str()});
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.path < b.path; });
  return files;
}

}  // namespace

bool File::is_in(std::string_view folder) const {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

const std::vector<File>& project() {
  static const std::vector<File> files = read_project();
  return files;
}

const File* find_file(std::string_view path) {
  const auto& files = project();
  const auto found = std::lower_bound(files.begin(), files.end(), path,
                                      [](const File& file, std::string_view wanted) { return file.path < wanted; });
  return found != files.end() && found->path == path ? &*found : nullptr;
}

bool is_there(const std::string& path) { return fs::exists(kRoot / path); }

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back({static_cast<int>(lines.size()) + 1, text.substr(from, end - from)});
    from = end + 1;
  }
  return lines;
}

std::string place(const File& file, int line) { return file.path + ":" + std::to_string(line) + ": "; }

std::string code_only(std::string_view cpp) {
  std::string out(cpp);
  const auto blank = [&out](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, out.size()); ++i) {
      if (out[i] != '\n') out[i] = ' ';
    }
  };
  for (std::size_t i = 0; i < cpp.size();) {
    const std::string_view rest = cpp.substr(i);
    std::size_t end = i + 1;
    if (rest.starts_with("//")) {
      end = std::min(cpp.find('\n', i), cpp.size());
      blank(i, end);
    } else if (rest.starts_with("/*")) {
      end = cpp.find("*/", i + 2);
      end = end == std::string_view::npos ? cpp.size() : end + 2;
      blank(i, end);
    } else if (rest.starts_with("R\"")) {
      const std::string closing = ")" + std::string(cpp.substr(i + 2, cpp.find('(', i) - i - 2)) + "\"";
      end = cpp.find(closing, i);
      end = end == std::string_view::npos ? cpp.size() : end + closing.size();
      blank(i, end);
    } else if (rest[0] == '"' || (rest[0] == '\'' && (i == 0 || !is_word_character(cpp[i - 1])))) {
      while (end < cpp.size() && cpp[end] != rest[0] && cpp[end] != '\n') end += cpp[end] == '\\' ? 2 : 1;
      blank(i + 1, end);
      ++end;
    }
    i = end;
  }
  return out;
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_word_character(text[at - 1]) || !is_word_character(word.front());
    const std::size_t after = at + word.size();
    const bool ends = after == text.size() || !is_word_character(text[after]) || !is_word_character(word.back());
    if (begins && ends) return true;
  }
  return false;
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> pieces;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, from), text.size());
    if (end > from) pieces.emplace_back(text.substr(from, end - from));
    from = end + 1;
  }
  return pieces;
}

std::string trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  return from == std::string_view::npos ? ""
                                        : std::string(text.substr(from, text.find_last_not_of(" \t\r") - from + 1));
}

std::vector<std::vector<std::string>> rows_of_tables(const File& page) {
  std::vector<std::vector<std::string>> rows;
  for (const Line& line : lines_of(page.text)) {
    if (!line.text.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::string cell;
    for (std::size_t i = 1; i < line.text.size(); ++i) {
      if (line.text[i] == '|' && line.text[i - 1] != '\\') {
        cells.push_back(trimmed(cell));
        cell.clear();
      } else {
        cell += line.text[i];
      }
    }
    const std::size_t closing = cells.at(0).find('`', 1);
    cells[0] = cells[0].substr(1, closing - 1);
    rows.push_back(std::move(cells));
  }
  return rows;
}

}  // namespace earshot::tidy
