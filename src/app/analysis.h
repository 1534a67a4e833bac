// SPDX-License-Identifier: Apache-2.0
// Analysis: frames in, engine inputs out: observe's file activities judged by detect's looks. What a sensor runs, and
// what replay runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "detect/examiner.h"
#include "event/messages.h"
#include "net/frame.h"
#include "observe/observer.h"

namespace cordon::app {

class Analysis final : private observe::Sink {
 public:
  using Out = std::function<void(event::Input)>;

  /// `source_kind` is live or replay; `source_name` an interface or a file without its folder.
  struct Options {
    std::string sensor;
    std::vector<std::string> decoys;
    std::string source_kind;
    std::string source_name;
    std::uint64_t hash_seed = 0;  // of tables that strangers fill; random where they are live. No result depends on it
  };

  Analysis(Options options, Out out);

  void frame(const net::Frame& frame);
  /// advance lets capture time pass without a frame.
  void advance(WallTime now);
  void finish();

  /// report gives the totals so far; `drops` are those of the capture and of the queues behind it.
  event::SensorReport report(WallTime now, std::uint64_t drops, bool finished) const;

  WallTime now() const { return now_; }

 private:
  void activity(const event::FileActivity& activity) override;
  void host_seen(const event::HostSeen& seen) override;
  void flow_seen(const event::FlowSeen& seen) override;
  void flow_progress(const event::FlowProgress& progress) override;

  Options options_;
  Out out_;
  detect::Examiner examiner_;
  observe::Observer observer_;
  WallTime now_;
};

}  // namespace cordon::app
