// SPDX-License-Identifier: Apache-2.0
// What this folder's tests share: a folder of their own, a clock they set, books with known entries, and raw SQL to
// tamper with them. For tests only.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "logbook/logbook.h"
#include "logbook/verify.h"

namespace cordon::logbook {

/// TestFolder is a new empty folder that goes away with it.
class TestFolder {
 public:
  TestFolder() {
    std::string name = std::filesystem::temp_directory_path() / "cordon-logbook-XXXXXX";
    path_ = ::mkdtemp(name.data()) == nullptr ? "" : name;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline constexpr std::int64_t night_micros = 1670097605123456;  // 2022-12-03T20:00:05.123456Z

/// SetClock is a wall clock that stands where the test put it.
struct SetClock {
  std::shared_ptr<std::int64_t> micros = std::make_shared<std::int64_t>(night_micros);
  std::function<WallTime()> now() const {
    return [at = micros] { return WallTime{Micros{*at}}; };
  }
};

inline Draft draft(std::uint64_t n) {
  return Draft{.kind = "test.fact",
               .version = 3,
               .time = WallTime{Micros{night_micros + static_cast<std::int64_t>(n)}},
               .body = "{\"n\":" + std::to_string(n) + "}"};
}

/// write_book writes entries 1 to `count` of draft(), in batches of `batch`, `reopen` times in between.
inline void write_book(const std::string& path, std::uint64_t count, std::uint64_t epochs = 1,
                       std::string box = "chv") {
  std::uint64_t n = 0;
  for (std::uint64_t e = 1; e <= epochs; ++e) {
    Result<Logbook> book = Logbook::open({.path = path, .box = box, .now = SetClock{}.now(), .reserve_bytes = 0});
    ASSERT_TRUE(book) << book.error().where;
    std::vector<Draft> batch;
    for (; n < count * e / epochs; ++n) batch.push_back(draft(n + 1));
    ASSERT_TRUE(book->append(batch));
  }
}

/// sql runs statements on a book behind its writer's back.
inline void sql(const std::string& path, const std::string& statements) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(db, statements.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_free(message);
  sqlite3_close(db);
}

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void spill(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

inline std::vector<std::string> texts(const VerifyReport& report) {
  std::vector<std::string> out;
  for (const Damage& damage : report.damages) out.push_back(describe(damage));
  return out;
}

}  // namespace cordon::logbook
