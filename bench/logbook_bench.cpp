// SPDX-License-Identifier: Apache-2.0
// How fast a book takes entries durably, by batch size, and how fast it is verified. The folder is TMPDIR or /tmp: what
// an append costs there is what an fsync costs on that disk. Goal: a million entries verified in 5 s.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "logbook/logbook.h"
#include "logbook/verify.h"

namespace {

using namespace cordon::logbook;

struct Folder {
  std::string path = std::filesystem::temp_directory_path() / "cordon-bench-XXXXXX";
  Folder() {
    if (::mkdtemp(path.data()) == nullptr) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

cordon::WallTime wall_clock() {
  return std::chrono::time_point_cast<cordon::Micros>(std::chrono::system_clock::now());
}

Logbook open_book(const Folder& folder) {
  auto book = Logbook::open({.path = folder.path + "/logbook.db", .box = "bench", .now = wall_clock});
  if (!book) std::abort();
  return std::move(*book);
}

/// A body as long as evidence has it.
std::vector<Draft> batch_of(std::size_t entries) {
  const Draft draft{.kind = "evidence",
                    .version = 1,
                    .time = wall_clock(),
                    .body = R"({"host":"10.0.3.7","kind":"structure_lost","path":"\\\\10.0.1.5\\commun\\compta\\)"
                            R"(bilan 2022.docx","llr":4.2,"user":"CHV\\lmartin","causes":[101,102,107]})"};
  return std::vector<Draft>(entries, draft);
}

void append(benchmark::State& state) {
  const Folder folder;
  Logbook book = open_book(folder);
  const std::vector<Draft> batch = batch_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    if (!book.append(batch)) state.SkipWithError("append");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append)->Arg(1)->Arg(8)->Arg(64)->Arg(512)->Arg(4096)->UseRealTime()->Unit(benchmark::kMillisecond);

void verify_book(benchmark::State& state) {
  const Folder folder;
  {
    Logbook book = open_book(folder);
    const std::vector<Draft> batch = batch_of(1000);
    for (std::int64_t n = 0; n < state.range(0); n += 1000) {
      if (!book.append(batch)) state.SkipWithError("append");
    }
  }
  for (auto _ : state) {
    const auto report = verify(folder.path + "/logbook.db", {});
    if (!report || !report->sound()) state.SkipWithError("verify");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(verify_book)->Arg(1000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
