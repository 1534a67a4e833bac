// SPDX-License-Identifier: Apache-2.0
// CSV (RFC 4180) as spreadsheets and inventories write it: separator comma, semicolon or tab, found from the first
// line; quoted fields; CRLF or LF; lines of blanks and rows of empty fields are skipped. Not here: encodings (text.h),
// what the columns mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cordon::estate {

struct CsvProblem {
  std::uint32_t line = 0;
  std::string text;
};

struct CsvRow {
  std::uint32_t line = 0;
  bool whole = true;  // it has as many fields as the header, which may name its last ones nothing; else a problem says
                      // so and it holds those that are there
  std::vector<std::string> fields;
};

struct Csv {
  char separator = ',';
  std::uint32_t header_line = 0;
  std::vector<std::string> header;
  std::vector<CsvRow> rows;
  std::vector<CsvProblem> problems;
};

struct CsvOptions {
  bool comments = true;          // a line that begins with # is no row
  bool lines_in_quotes = false;  // a quoted field may hold line breaks; else a quote ends on its line, so that one
                                 // forgotten quote spoils one line
  std::size_t rows_max = 1U << 20U;
  std::size_t columns_max = 256;
  std::size_t field_bytes_max = 65536;  // a list of every host of a hospital
};

/// parse_csv reads UTF-8 text; every mistake is a problem with its line, at most one a row, and the rest is read on.
Csv parse_csv(std::string_view text, const CsvOptions& options = {});

/// reads_as_formula says whether a spreadsheet that opens a file with this field would reckon it, whatever its quotes.
bool reads_as_formula(std::string_view text);

/// csv_field gives a field as a file of this project writes it: in quotes where it must be.
std::string csv_field(std::string_view text);

}  // namespace cordon::estate
