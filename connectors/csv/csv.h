// Reads files of separated values: exports of shops and review platforms, orders, usage. What a column means is
// configuration.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/mapping.h"

namespace earshot {

struct CsvSettings {
  std::string encoding = "utf-8";    // `utf-8`, `gb18030`, or `auto`: a row that is not UTF-8 is read as GB18030
  std::string separator = ",";       // comma, tab or semicolon
  bool quotes = true;                // false: a quotation mark is a character like any other
  bool header = true;                // the first row names the columns
  std::vector<std::string> columns;  // without a header: their names; else they are called 1, 2, …
  MappingSettings map;
  bool operator==(const CsvSettings&) const = default;
};

template <class F>
void fields(F& f, CsvSettings& v) {
  f.optional("encoding", v.encoding);
  f.optional("separator", v.separator);
  f.optional("quotes", v.quotes);
  f.optional("header", v.header);
  f.optional("columns", v.columns);
  f.required("map", v.map);
}

// Rows without id columns are told apart by their content. Distinct rows of one stream that are remembered for that:
inline constexpr std::size_t kHashedRowsMax = 1'000'000;

Result<std::unique_ptr<Connector>> make_csv(const CsvSettings& settings);

}  // namespace earshot
