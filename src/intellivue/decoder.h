// SPDX-License-Identifier: Apache-2.0
// Decoder: the answers of one monitor to Reports. A monitor sends what describes an object (label, unit, scale, sample
// period) once and its values often; the decoder keeps the former for as long as an association lasts. All ECG waves of
// a monitor have one handle and are told apart by their physio id (the guide, p. 286): each lead has a description.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "intellivue/report.h"

namespace cordon::intellivue {

constexpr std::size_t handles_max = 512;        // ours, leads included: a full MX800 shows under 200 objects
constexpr std::size_t wave_samples_max = 4096;  // ours: 256 ms at 500 samples a second are 128
constexpr std::size_t alarms_max = 128;         // a list: the guide's monitors show at most 64
constexpr std::size_t readable_max = 8192;      // ours: attributes that were read once; beyond it all count as such

class Decoder {
 public:
  /// take reads one answer. gap: answers before it are missing. A damaged attribute costs itself alone and is counted.
  std::vector<Report> take(const PollReply& reply, bool gap = false);
  /// take reads what a monitor says of itself when it is created.
  std::vector<Report> take(const MdsCreate& create);

  /// damaged counts attributes that could not be read.
  std::uint64_t damaged() const { return damaged_; }
  /// unseen counts those among them of which nothing was ever shown, and which tell of no alarm and of nothing by which
  /// something else is believed; unseen_id is that of the last.
  std::uint64_t unseen() const { return unseen_; }
  std::uint16_t unseen_id() const { return unseen_id_; }
  /// anew is a decoder for another association with the same monitor: it knows what could be read of it.
  Decoder anew();
  /// lacks_context tells, once, that samples came of a wave that was not described: its context wants to be polled.
  bool lacks_context();

 private:
  struct Described {
    std::string label;
    std::uint16_t unit = 0;
    std::optional<SampleSpec> spec;
    std::optional<ScaleRange> scale;
    std::vector<FixedValue> fixed;
    Ticks period = 0;
    bool whole = false;                 // it came beside the samples: what it does not say, the monitor does not tell
    void take(const Described& newer);  // what it says
  };
  /// Object is one handle. `common`: what was said of it last, whichever lead was meant; `leads`: what was said of one.
  struct Object {
    Described common;
    std::map<std::uint16_t, Described> leads;  // by physio id
    std::optional<std::uint16_t> sampled;      // the physio id of its samples …
    bool shared = false;                       // … and it had more than one: what is common may be another lead's
  };
  struct Origin {
    ObjectKey key;
    Ticks at;
    std::uint16_t sequence;
    std::optional<WallTime> clock;
    bool gap;
    bool whole_label;       // the object's label string names its only value
    bool compound = false;  // several values under one description
    std::uint16_t attribute = 0;
    std::optional<Micros> age{};
  };

  Object* object(ObjectKey key, std::vector<Report>& out);
  bool make_room(std::vector<Report>& out);
  Described read_description(const Attributes& attributes);
  void describe(Object& object, const Attributes& attributes, bool wave, std::vector<Report>& out);
  Described description(const Object& object, std::uint16_t physio_id, bool compound) const;
  void observe(const Object& object, const Attribute& attribute, Origin origin, std::vector<Report>& out);
  std::optional<Micros> age_in(const PollReply& reply, const Attributes& attributes);
  void numeric(const Object& object, const NumericObserved& value, const Origin& origin, std::vector<Report>& out);
  void wave(const Object& object, const SamplesObserved& value, const Origin& origin, std::vector<Report>& out);
  void alarms(const Attributes& attributes, Ticks at, std::vector<Report>& out);
  void person(const Attributes& attributes, std::vector<Report>& out);
  void device(const Attributes& attributes, std::vector<Report>& out);
  /// note counts an attribute of what is being read.
  void note(std::uint16_t id, bool readable);
  template <class T>
  std::optional<T> value_of(const Attributes& attributes, std::uint16_t id);

  std::map<ObjectKey, Object> objects_;
  std::size_t described_ = 0;  // objects and leads
  Device device_;
  ObjectKey reading_{};                                     // of the attributes at hand
  std::set<std::pair<ObjectKey, std::uint16_t>> readable_;  // what was read once
  std::uint64_t damaged_ = 0;
  std::uint64_t unseen_ = 0;
  std::uint16_t unseen_id_ = 0;
  bool lacks_context_ = false;
  bool told_too_many_ = false;
};

}  // namespace cordon::intellivue
