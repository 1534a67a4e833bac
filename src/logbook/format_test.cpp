// SPDX-License-Identifier: Apache-2.0
// docs/LOGBOOK.md against the code: its worked example, and the verifier printed in it.
#include <sys/wait.h>

#include <cstdio>

#include "logbook/test_book.h"

namespace cordon::logbook {
namespace {

constexpr const char* document = "docs/LOGBOOK.md";  // tests run in the project's root

void write_example(const std::string& path) {
  Result<Logbook> book = Logbook::open({.path = path, .box = "example", .now = SetClock{}.now(), .reserve_bytes = 0});
  ASSERT_TRUE(book);
  const Draft first{.kind = "note",
                    .version = 1,
                    .time = WallTime{Micros{night_micros}},
                    .body = R"({"text":"main courante ouverte"})"};
  const Draft second{
      .kind = "note", .version = 1, .time = WallTime{Micros{1670097600000000}}, .body = R"({"text":"appel du SAMU"})"};
  ASSERT_TRUE(book->append(std::vector<Draft>{first, second}));
}

/// hex_lines writes bytes as the document does: 32 a line, indented.
std::string hex_lines(ByteView in) {
  std::string out;
  for (std::size_t i = 0; i < in.size(); i += 32) {
    out += "    " + to_hex(in.subspan(i, std::min<std::size_t>(32, in.size() - i))) + "\n";
  }
  return out;
}

TEST(Format, TheWorkedExampleInTheDocumentIsTrue) {
  const TestFolder folder;
  write_example(folder / "logbook.db");
  const std::string text = slurp(document);
  ASSERT_FALSE(text.empty()) << "run in the project's root";
  const Reader reader = *Reader::open(folder / "logbook.db");
  const std::vector<Entry> entries = *reader.read(Sequence{1}, 2);
  std::vector<std::uint8_t> bytes;
  encode_entry("example", entries[0], bytes);
  const Head head{"example", 1, Sequence{2}, entries[1].hash};
  for (const std::string& figure : {to_hex(first_previous("example")), hex_lines(bytes), to_hex(entries[0].hash),
                                    to_hex(entries[1].hash), paper_form(head)}) {
    EXPECT_NE(text.find(figure), std::string::npos) << "not in the document:\n" << figure;
  }
  EXPECT_EQ(entries[1].hlc, (HybridTime{night_micros, 1}));
}

/// run_verifier runs the document's Python on a book and gives its output; empty when it failed.
std::string run_verifier(const std::string& program, const std::string& book) {
  std::FILE* pipe = ::popen(("python3 " + program + " " + book + " 2>/dev/null").c_str(), "re");
  std::string out(200, '\0');
  out.resize(std::fread(out.data(), 1, out.size(), pipe));
  return ::pclose(pipe) == 0 ? out : "";
}

TEST(Format, TheVerifierInTheDocumentAgreesWithOurs) {
  if (std::system("python3 -c 'import sqlite3' 2>/dev/null") != 0) GTEST_SKIP() << "needs python3";
  const TestFolder folder;
  const std::string text = slurp(document);
  const std::string fence = "```python\n";
  const std::size_t begin = text.find(fence);
  ASSERT_NE(begin, std::string::npos);
  const std::string program = folder / "verify.py";
  spill(program, text.substr(begin + fence.size(), text.find("```", begin + fence.size()) - begin - fence.size()));

  const std::string path = folder / "logbook.db";
  write_book(path, 300, 3);
  const VerifyReport report = *verify(path, {});
  EXPECT_EQ(run_verifier(program, path), "300 entries, the last hash is " + to_hex(report.last_hash) + "\n");
  const std::string whole = slurp(path);
  for (const char* tampering :
       {"UPDATE entry SET body = x'00' WHERE sequence = 9", "DELETE FROM entry WHERE sequence = 9",
        "UPDATE entry SET hlc_counter = hlc_counter + 1 WHERE sequence = 300", "CREATE INDEX i ON entry (hash)"}) {
    spill(path, whole);
    sql(path, tampering);
    EXPECT_EQ(run_verifier(program, path), "") << tampering;
    EXPECT_FALSE(verify(path, {})->sound()) << tampering;
  }
}

}  // namespace
}  // namespace cordon::logbook
