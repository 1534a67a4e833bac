// SPDX-License-Identifier: Apache-2.0
// LoadBed: one simulated bed that costs its own machine little: four traces of 250 samples a second and twenty numbers
// a second, in which stands what was sent when (Marks). It is drawn to be recognised by a program; lab/bedside plays
// patients.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace cordon::bench {

constexpr double sample_rate_hz = 250;
constexpr std::size_t block_samples = 64;
constexpr std::chrono::milliseconds block_every{256};  // 64 samples
constexpr std::uint16_t counts_middle = 16384;         // that stand for 0
constexpr std::uint16_t counts_max = 32767;
/// pulse_every: each sixteenth block of the first trace is a calibration pulse, which is seen where it is drawn.
constexpr std::uint32_t pulse_every = 16;
constexpr std::uint16_t pulse_counts = 12500;  // 2.5 mV; the beat itself stays under 1.2 mV
constexpr unsigned fill_alarms = 60;           // technical alarms of a bed, at once

/// TraceKind is what a trace measures, by the codes of IntelliVue; those of HL7 and SDC are these in their partition.
struct TraceKind {
  std::uint16_t physio_id;
  std::uint16_t unit;
  const char* label;
  double step;  // what one count is worth
};
constexpr std::array<TraceKind, 4> trace_kinds{
    TraceKind{0x0102, 0x10B2, "II", 0.0002}, TraceKind{0x4BB4, 0x0200, "Pleth", 0.00005},
    TraceKind{0x4A14, 0x0F20, "ABP", 0.015}, TraceKind{0x5000, 0x10C0, "Resp", 0.0002}};

struct NumericKind {
  std::uint16_t physio_id;
  std::uint16_t unit;
  const char* label;
  double value;  // of the first, the heart rate, what Marks::rate gives
  int decimals;
};
extern const std::array<NumericKind, 20> numeric_kinds;

/// mdc_of gives the 32-bit code: partition 2 (SCADA) of ISO/IEC 11073-10101.
constexpr std::uint32_t mdc_of(std::uint16_t physio_id) {
  return 2U * 65536U + physio_id;
}

using Block = std::array<std::uint16_t, block_samples>;

/// mark_of is what the lowest bits of a block's samples say, the first sample's bit first: 16 bits 0xC0DE, 8 the bed,
/// 24 the number of the block, 8 the sum of these five octets, 8 zeros.
std::uint64_t mark_of(unsigned bed, std::uint32_t number);
constexpr std::uint32_t block_of_mark(std::uint64_t mark) {
  return static_cast<std::uint32_t>(mark >> 16U) & 0xFFFFFFU;
}

/// block_of gives block `number` of trace `trace`; the first trace's carry mark_of. A block that is sent in two parts
/// has its pulse from the second on: `pulse_from`, of its samples.
Block block_of(unsigned bed, std::size_t trace, std::uint32_t number, std::size_t pulse_from = 0);

/// rate_of gives the heart rate that a bed tells as its `number`th: 40 … 199, so that none comes twice in two minutes.
double rate_of(std::uint32_t number);

/// Log writes what was handed to a socket when, in microseconds since 1970: a line each of
///   wave BED BLOCK AT (its last sample)      number BED RATE AT      alarm NUMBER AT BED
class Log {
 public:
  explicit Log(std::FILE* out) : out_(out) {}
  void wave(unsigned bed, std::uint32_t block);
  void number(unsigned bed, double rate);
  void alarm(unsigned number, unsigned bed);

 private:
  std::FILE* out_;
};

enum class Urgency : std::uint8_t { low, medium, high };

struct LoadAlarm {
  unsigned number = 0;
  Urgency urgency = Urgency::high;
  bool technical = false;
  bool told = false;
  std::string text() const { return (technical ? "FILL " : "BENCH ") + std::to_string(number); }
};

class LoadBed {
 public:
  LoadBed(unsigned number, Log& log) : number_(number), log_(log) {}
  LoadBed(const LoadBed&) = delete;
  LoadBed& operator=(const LoadBed&) = delete;
  virtual ~LoadBed() = default;

  /// turn sends and receives what is due; some hundred times a second.
  virtual void turn(MonoTime now) = 0;
  /// ready says whether an alarm raised now is sent within this turn or the next ones: a monitor tells of them by
  /// turns.
  virtual bool ready(MonoTime now) const = 0;
  /// unplug drops the link without a word, plug makes it anew.
  virtual void unplug() = 0;
  virtual void plug() = 0;

  void raise(const LoadAlarm& alarm) { alarms_.push_back(alarm); }
  void calm() { alarms_.clear(); }
  unsigned number() const { return number_; }
  std::string label() const { return "B" + std::to_string(number_); }

 protected:
  unsigned number_;
  Log& log_;
  std::vector<LoadAlarm> alarms_;
};

}  // namespace cordon::bench
