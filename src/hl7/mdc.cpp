// SPDX-License-Identifier: Apache-2.0
#include "hl7/mdc.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace cordon::hl7 {
namespace {

struct Name {
  std::string_view name;
  Term term;
};
struct Number {
  std::string_view id;
  Term term;
};
struct UnitName {
  std::string_view id;
  std::string_view name;
  std::string_view ucum;
};

// Names: IHE DEV TF-3 and messages of senders. MDC_ATTR_ALERT_... is how some write MDC_ATTR_ALARM_...
constexpr std::array names{
    Name{"MDC_EVT_ALARM", Term::alarm},
    Name{"MDC_EVT_WATCHDOG", Term::watchdog},
    Name{"MDC_ATTR_ALERT_SOURCE", Term::alert_source},
    Name{"MDC_ATTR_ALARM_SOURCE", Term::alert_source},
    Name{"MDC_ATTR_EVENT_PHASE", Term::event_phase},
    Name{"MDC_ATTR_ALARM_STATE", Term::alarm_state},
    Name{"MDC_ATTR_ALERT_STATE", Term::alarm_state},
    Name{"MDC_ATTR_ALARM_INACTIVATION_STATE", Term::inactivation},
    Name{"MDC_ATTR_ALERT_INACTIVATION_STATE", Term::inactivation},
    Name{"MDC_ATTR_ALARM_PRIORITY", Term::priority},
    Name{"MDC_ATTR_ALERT_PRIORITY", Term::priority},
    Name{"MDC_ATTR_ALERT_TYPE", Term::alert_type},
    Name{"MDC_ATTR_ALARM_TYPE", Term::alert_type},
    Name{"MDC_ATTR_ALERT_TEXT", Term::alert_text},
    Name{"MDC_ATTR_SAMP_RATE", Term::sample_rate},
    Name{"MDC_ATTR_SAMPLE_RATE", Term::sample_rate},
    Name{"MDC_ATTR_TIME_PD_SAMP", Term::sample_period},
    Name{"MDC_ATTR_NU_MSMT_RES", Term::resolution},
    Name{"MDC_ATTR_SA_MSMT_RES", Term::resolution},
    Name{"MDC_ATTR_DATA_RANGE", Term::data_range},
    Name{"MDC_EVT_INOP", Term::invalid_sample},
    Name{"MDC_EVT_DATA_INVALID", Term::invalid_sample},
    Name{"MDC_EVT_DATA_MISSING", Term::invalid_sample},
};

// Numbers without a name. Dräger's 68165.. overlap with nothing else here.
constexpr std::array numbers{
    Number{"196616", Term::alarm},          Number{"198200", Term::watchdog},
    Number{"68480", Term::alert_source},    Number{"68481", Term::event_phase},
    Number{"68165", Term::event_phase},     Number{"68482", Term::alarm_state},
    Number{"68166", Term::alarm_state},     Number{"68483", Term::inactivation},
    Number{"68167", Term::inactivation},    Number{"68484", Term::priority},
    Number{"68168", Term::priority},        Number{"68485", Term::alert_type},
    Number{"68546", Term::alert_text},      Number{"2327", Term::resolution},
    Number{"67917", Term::resolution},      Number{"262196", Term::invalid_sample},
    Number{"196660", Term::invalid_sample}, Number{"68320", Term::sample_rate},
    Number{"67945", Term::resolution},      Number{"68323", Term::data_range},
    Number{"197376", Term::invalid_sample}, Number{"197378", Term::invalid_sample},
};

// Seen in messages of several senders, number and name together.
constexpr std::array units{
    UnitName{"262656", "MDC_DIM_DIMLESS", "1"},
    UnitName{"262688", "MDC_DIM_PERCENT", "%"},
    UnitName{"263762", "MDC_DIM_MILLI_L", "mL"},
    UnitName{"263875", "MDC_DIM_KILO_G", "kg"},
    UnitName{"264338", "MDC_DIM_MILLI_SEC", "ms"},
    UnitName{"264352", "MDC_DIM_MIN", "min"},
    UnitName{"264608", "MDC_DIM_PER_SEC", "/s"},
    UnitName{"264640", "MDC_DIM_HZ", "Hz"},
    UnitName{"264864", "MDC_DIM_BEAT_PER_MIN", "{beat}/min"},
    UnitName{"264928", "MDC_DIM_RESP_PER_MIN", "{breath}/min"},
    UnitName{"265266", "MDC_DIM_MILLI_L_PER_HR", "mL/h"},
    UnitName{"266016", "MDC_DIM_MMHG", "mm[Hg]"},
    UnitName{"266418", "MDC_DIM_MILLI_VOLT", "mV"},
    UnitName{"268192", "MDC_DIM_DEGC", "Cel"},
    UnitName{"", "MDC_DIM_MICRO_VOLT", "uV"},
    UnitName{"", "MDC_DIM_MICRO_SEC", "us"},
    UnitName{"", "MDC_DIM_SEC", "s"},
    UnitName{"", "MDC_DIM_PER_MIN", "/min"},
    UnitName{"", "MDC_DIM_CM_H2O", "cm[H2O]"},
    UnitName{"", "MDC_DIM_KILO_PASCAL", "kPa"},
    UnitName{"", "MDC_DIM_FAHR", "[degF]"},
    UnitName{"", "MDC_DIM_L_PER_MIN", "L/min"},
};

constexpr std::uint32_t dimension_partition = 4;
struct Dimension {
  std::uint32_t term;
  std::string_view ucum;
};
// Terms of the partition of dimensions of ISO/IEC 11073-10101.
constexpr std::array dimensions{
    Dimension{0x0200, "1"},           Dimension{0x0220, "%"},
    Dimension{0x0640, "L"},           Dimension{0x0652, "mL"},
    Dimension{0x0880, "s"},           Dimension{0x0892, "ms"},
    Dimension{0x09e0, "/min"},        Dimension{0x0aa0, "{beat}/min"},
    Dimension{0x0ac0, "{pulse}/min"}, Dimension{0x0ae0, "{breath}/min"},
    Dimension{0x0c00, "L/min"},       Dimension{0x0c12, "mL/min"},
    Dimension{0x0c32, "mL/h"},        Dimension{0x0f03, "kPa"},
    Dimension{0x0f20, "mm[Hg]"},      Dimension{0x0f40, "cm[H2O]"},
    Dimension{0x1140, "[degF]"},      Dimension{0x10b2, "mV"},
    Dimension{0x10b3, "uV"},          Dimension{0x17a0, "Cel"},
};

struct Spelling {
  std::string_view text;
  std::string_view ucum;
};
// As people and monitors write them without saying by which system; UCUM itself likewise.
constexpr std::array spellings{
    Spelling{"mmHg", "mm[Hg]"},
    Spelling{"mm[Hg]", "mm[Hg]"},
    Spelling{"kPa", "kPa"},
    Spelling{"cmH2O", "cm[H2O]"},
    Spelling{"cm[H2O]", "cm[H2O]"},
    Spelling{"bpm", "{beat}/min"},
    Spelling{"beats/min", "{beat}/min"},
    Spelling{"{beat}/min", "{beat}/min"},
    Spelling{"{beats}/min", "{beat}/min"},
    Spelling{"{bpm}", "{beat}/min"},
    Spelling{"rpm", "{breath}/min"},
    Spelling{"{breath}/min", "{breath}/min"},
    Spelling{"{breaths}/min", "{breath}/min"},
    Spelling{"{resp}/min", "{breath}/min"},
    Spelling{"{rpm}", "{breath}/min"},
    Spelling{"/min", "/min"},
    Spelling{"1/min", "/min"},
    Spelling{"%", "%"},
    Spelling{"\xc2\xb0"
             "C",
             "Cel"},
    Spelling{"degC", "Cel"},
    Spelling{"Cel", "Cel"},
    Spelling{"\xc2\xb0"
             "F",
             "[degF]"},
    Spelling{"degF", "[degF]"},
    Spelling{"[degF]", "[degF]"},
    Spelling{"K", "K"},
    Spelling{"mV", "mV"},
    Spelling{"uV", "uV"},
    Spelling{"\xc2\xb5V", "uV"},
    Spelling{"mL", "mL"},
    Spelling{"ml", "mL"},
    Spelling{"L/min", "L/min"},
    Spelling{"l/min", "L/min"},
    Spelling{"mL/h", "mL/h"},
    Spelling{"ml/h", "mL/h"},
    Spelling{"ms", "ms"},
    Spelling{"s", "s"},
};

// Terms of the partition of what is measured (SCADA) of ISO/IEC 11073-10101: rates of heart, pulse and breath,
// pressures, saturations, temperatures, CO2. One that is not here is told by its unit.
constexpr std::uint32_t measured_partition = 2;
constexpr std::uint32_t event_partition = 3;
struct Terms {
  std::uint32_t first;
  std::uint32_t last;
};
constexpr std::array measurements{
    Terms{0x4182, 0x4182}, Terms{0x418A, 0x418A}, Terms{0x480A, 0x480A}, Terms{0x481A, 0x481A}, Terms{0x4822, 0x4822},
    Terms{0x482A, 0x482A}, Terms{0x4A00, 0x4A57}, Terms{0x4B1C, 0x4B1F}, Terms{0x4B2C, 0x4B2C}, Terms{0x4B34, 0x4B34},
    Terms{0x4B3C, 0x4B3C}, Terms{0x4B48, 0x4B48}, Terms{0x4B60, 0x4B60}, Terms{0x4B64, 0x4B64}, Terms{0x4B74, 0x4B74},
    Terms{0x4B78, 0x4B78}, Terms{0x4BB0, 0x4BB0}, Terms{0x4BB8, 0x4BB8}, Terms{0x500A, 0x500A}, Terms{0x5012, 0x5012},
    Terms{0x501A, 0x501A}, Terms{0x502A, 0x502A}, Terms{0x50AC, 0x50AC}, Terms{0x50B0, 0x50B0}, Terms{0x50BA, 0x50BA},
    Terms{0x5804, 0x5804}, Terms{0x5808, 0x580B}, Terms{0xE004, 0xE004}};

// Parameters of Mindray PDS as seen in public programs that read such monitors; docs/PEERS.md says how far to trust it.
constexpr std::array pds{
    PdsParameter{101, "147842", "MDC_ECG_HEART_RATE", "{beat}/min"},
    PdsParameter{151, "151562", "MDC_RESP_RATE", "{breath}/min"},
    PdsParameter{160, "150456", "MDC_PULS_OXIM_SAT_O2", "%"},
    PdsParameter{161, "149530", "MDC_PULS_OXIM_PULS_RATE", "{beat}/min"},
    PdsParameter{162, "150448", "MDC_PULS_OXIM_PERF_REL", "%"},
    PdsParameter{170, "150021", "MDC_PRESS_BLD_NONINV_SYS", ""},
    PdsParameter{171, "150022", "MDC_PRESS_BLD_NONINV_DIA", ""},
    PdsParameter{172, "150023", "MDC_PRESS_BLD_NONINV_MEAN", ""},
    PdsParameter{200, "150344", "MDC_TEMP", ""},
    PdsParameter{201, "150344", "MDC_TEMP", ""},
    PdsParameter{500, "150037", "MDC_PRESS_BLD_ART_ABP_SYS", ""},
    PdsParameter{501, "150039", "MDC_PRESS_BLD_ART_ABP_MEAN", ""},
    PdsParameter{502, "150038", "MDC_PRESS_BLD_ART_ABP_DIA", ""},
};

}  // namespace

Term term_of(const Code& code) {
  const auto named = std::find_if(names.begin(), names.end(), [&](const Name& n) { return n.name == code.name; });
  if (named != names.end()) return named->term;
  if (!code.name.empty()) return Term::other;
  const auto found = std::find_if(numbers.begin(), numbers.end(), [&](const Number& n) { return n.id == code.id; });
  return found != numbers.end() ? found->term : Term::other;
}

bool is_device(const Code& code) {
  const std::string_view name = code.name;
  return name.starts_with("MDC_DEV_") && (name.ends_with("_MDS") || name.ends_with("_VMD") || name.ends_with("_CHAN"));
}

namespace {

/// number_of gives partition x 65536 + term; 0 for a code of another system, or one that is no number.
std::uint32_t number_of(const Code& code) {
  if (code.system == "MDIL") return mdil_number(code.id).value_or(0);
  if (code.system != "MDC" && !code.name.starts_with("MDC_")) return 0;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(code.id.data(), code.id.data() + code.id.size(), number);
  return error == std::errc{} && end == code.id.data() + code.id.size() ? number : 0;
}

}  // namespace

bool is_event(const Code& code) {
  return code.name.starts_with("MDC_EVT_") || number_of(code) >> 16U == event_partition;
}

bool is_measurement(const Code& code) {
  const std::uint32_t number = number_of(code);
  const std::uint32_t term = number & 0xffffU;
  return number >> 16U == measured_partition &&
         std::any_of(measurements.begin(), measurements.end(),
                     [&](const Terms& t) { return term >= t.first && term <= t.last; });
}

std::optional<std::uint32_t> mdil_number(std::string_view code) {
  constexpr std::size_t half = 4;
  if (code.size() != 2 * half + 1 || code[half] != '-') return std::nullopt;
  const auto hex = [](std::string_view text) {
    std::uint32_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
  };
  const auto partition = hex(code.substr(0, half));
  const auto term = hex(code.substr(half + 1));
  if (!partition || !term) return std::nullopt;
  return *partition << 16U | *term;
}

std::string_view ucum_of(const Code& unit) {
  if (const auto number = unit.system == "MDIL" ? mdil_number(unit.id) : std::nullopt; number) {
    const auto found = std::find_if(dimensions.begin(), dimensions.end(), [&](const Dimension& d) {
      return (dimension_partition << 16U | d.term) == *number;
    });
    if (found != dimensions.end()) return found->ucum;
  }
  const auto found = std::find_if(units.begin(), units.end(), [&](const UnitName& u) {
    return unit.name.empty() ? !u.id.empty() && u.id == unit.id : u.name == unit.name;
  });
  if (found != units.end()) return found->ucum;
  return spelled(unit.name.empty() ? unit.id : unit.name).value_or(std::string_view{});
}

std::optional<std::string_view> spelled(std::string_view written) {
  const auto plain =
      std::find_if(spellings.begin(), spellings.end(), [&](const Spelling& s) { return s.text == written; });
  return plain != spellings.end() ? std::optional(plain->ucum) : std::nullopt;
}

const PdsParameter* pds_parameter(std::string_view id) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (error != std::errc{} || end != id.data() + id.size()) return nullptr;
  const auto found = std::find_if(pds.begin(), pds.end(), [&](const PdsParameter& p) { return p.id == number; });
  return found != pds.end() ? &*found : nullptr;
}

}  // namespace cordon::hl7
