// SPDX-License-Identifier: Apache-2.0
// judge_capture FILE: runs observe, the looks and the test over one capture file and prints, as JSON Lines, every
// report with its cell and every verdict. It is what tools/fit_likelihood.py counts and tools/measure_detection.py
// measures; it decides and records nothing (that is `cordon replay`).
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "detect/examiner.h"
#include "detect/likelihood.h"
#include "detect/tally.h"
#include "event/json.h"
#include "io/capture.h"
#include "observe/observer.h"

namespace {

using namespace cordon;

const char* word(detect::Basis basis) {
  switch (basis) {
    case detect::Basis::cell:
      return "cell";
    case detect::Basis::coarse:
      return "coarse";
    case detect::Basis::expert:
      return "expert";
  }
  return "";
}

void print(const nlohmann::json& line) {
  std::puts(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

class Judge final : public observe::Sink {
 public:
  void activity(const event::FileActivity& a) override {
    auto& memory = memories_[a.client];
    memory.learn(a);
    const auto found = detect::run_looks(a, memory);
    const std::string cell = detect::cell_of(found);
    const auto judgement = detect::judge(cell);
    print({{"type", "report"},
           {"at", seconds_of(a.at)},
           {"host", a.client.ip.text()},
           {"user", a.user},
           {"file", a.file},
           {"path", a.path},
           {"new_path", a.new_path},
           {"altered", a.altered},
           {"confirmed", a.confirmed},
           {"cell", cell},
           {"coarse", detect::coarse_of(cell)},
           {"llr", judgement.llr},
           {"basis", word(judgement.basis)},
           {"bytes", a.after.bytes},
           {"kept_share", a.kept_share},
           {"chi_squared", a.after.chi_squared},
           {"chi_squared_bytes", a.after.chi_squared_bytes},
           {"text_share", a.after.text_share}});
    const auto observation = examiner_.examine(a);
    if (!observation) return;
    tally_.apply(Sequence{++entry_}, *observation);
    while (const auto v = tally_.judge(*observation)) {
      tally_.apply(*v);
      print({{"type", "verdict"},
             {"at", seconds_of(v->at)},
             {"subject", std::string(event::word(v->subject))},
             {"name", v->name},
             {"level", std::string(event::word(v->level))},
             {"score", v->score},
             {"files_touched", v->files_touched}});
    }
    const auto* sum = tally_.host(a.client);
    if (sum != nullptr) highest_ = std::max(highest_, sum->all.score);
  }

  void finish() { print({{"type", "end"}, {"highest_score", highest_}}); }

 private:
  std::map<event::HostKey, detect::ClientMemory> memories_;
  detect::Examiner examiner_;
  detect::Tally tally_;
  std::uint64_t entry_ = 0;
  double highest_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: judge_capture FILE.pcap\n", stderr);
    return 2;
  }
  auto capture = io::CaptureFile::open(argv[1]);
  if (!capture) {
    std::fprintf(stderr, "judge_capture: %s %s\n", argv[1], io::CaptureFile::open_error().c_str());
    return 3;
  }
  Judge judge;
  observe::Options options;
  options.sensor = "capture";
  observe::Observer observer(options, judge);
  auto frame = capture->next();
  for (; frame && *frame; frame = capture->next()) observer.frame(**frame);
  observer.finish();
  judge.finish();
  if (!frame) {
    std::fprintf(stderr, "judge_capture: %s %s\n", argv[1], capture->last_error().c_str());
    return 3;
  }
  return 0;
}
