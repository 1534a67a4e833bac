// SPDX-License-Identifier: Apache-2.0
// What the tests of paper share: a PDF read back by poppler.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace cordon::report::testing {

/// printed gives what a program writes to its standard output about the PDF.
inline std::string printed(const std::string& pdf, const std::string& command) {
  const std::string path = (std::filesystem::temp_directory_path() / fmt::format("paper-{}.pdf", ::getpid())).string();
  std::ofstream(path, std::ios::binary) << pdf;
  std::FILE* out = ::popen(fmt::format(fmt::runtime(command), path).c_str(), "r");
  std::string text;
  std::array<char, 65536> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), out)) text.append(buffer.data(), n);
  ::pclose(out);
  std::filesystem::remove(path);
  return text;
}

inline std::string words(const std::string& pdf) {
  return printed(pdf, "pdftotext -layout {} -");
}

}  // namespace cordon::report::testing
