// SPDX-License-Identifier: Apache-2.0
#include "intellivue/nomenclature.h"

#include <algorithm>
#include <array>

namespace cordon::intellivue {
namespace {

struct Unit {
  std::uint16_t code;
  std::string_view text;
};

// Codes: the guide, "Unit Codes". Texts: The Unified Code for Units of Measure. In the order of codes.
constexpr std::array units{
    Unit{0x0200, "1"},         Unit{0x0220, "%"},          Unit{0x0240, "[ppth]"},      Unit{0x0260, "[ppm]"},
    Unit{0x02A0, "[ppb]"},     Unit{0x02C0, "[pptr]"},     Unit{0x03E0, "[pH]"},        Unit{0x0400, "[drp]"},
    Unit{0x0440, "{beat}"},    Unit{0x0460, "{breath}"},   Unit{0x0500, "m"},           Unit{0x0511, "cm"},
    Unit{0x0512, "mm"},        Unit{0x0513, "um"},         Unit{0x0560, "[in_i]"},      Unit{0x0592, "mL/m2"},
    Unit{0x05C0, "m2"},        Unit{0x0640, "L"},          Unit{0x0652, "mL"},          Unit{0x0672, "mL/{breath}"},
    Unit{0x06B3, "/uL"},       Unit{0x06B4, "/nL"},        Unit{0x06C0, "g"},           Unit{0x06C3, "kg"},
    Unit{0x06D2, "mg"},        Unit{0x06D3, "ug"},         Unit{0x06E0, "[lb_av]"},     Unit{0x0740, "g.m"},
    Unit{0x0760, "g.m/m2"},    Unit{0x0800, "g/L"},        Unit{0x0812, "mg/L"},        Unit{0x0813, "ug/L"},
    Unit{0x0840, "g/dL"},      Unit{0x0852, "mg/dL"},      Unit{0x0853, "ug/dL"},       Unit{0x0860, "g/mL"},
    Unit{0x0872, "mg/mL"},     Unit{0x0873, "ug/mL"},      Unit{0x0874, "ng/mL"},       Unit{0x0875, "pg/mL"},
    Unit{0x0880, "s"},         Unit{0x0892, "ms"},         Unit{0x0893, "us"},          Unit{0x08A0, "min"},
    Unit{0x08C0, "h"},         Unit{0x08E0, "d"},          Unit{0x0900, "wk"},          Unit{0x0920, "mo"},
    Unit{0x0940, "a"},         Unit{0x09A0, "/s"},         Unit{0x09C0, "Hz"},          Unit{0x09E0, "/min"},
    Unit{0x0A00, "/h"},        Unit{0x0AA0, "{beat}/min"}, Unit{0x0AC0, "{pulse}/min"}, Unit{0x0AE0, "{breath}/min"},
    Unit{0x0B00, "m/s"},       Unit{0x0B12, "mm/s"},       Unit{0x0B20, "L/min/m2"},    Unit{0x0B32, "mL/min/m2"},
    Unit{0x0BE0, "L/s"},       Unit{0x0C00, "L/min"},      Unit{0x0C10, "dL/min"},      Unit{0x0C12, "mL/min"},
    Unit{0x0C20, "L/h"},       Unit{0x0C32, "mL/h"},       Unit{0x0C52, "mL/d"},        Unit{0x0C72, "mL/kg"},
    Unit{0x0D12, "mg/min"},    Unit{0x0D13, "ug/min"},     Unit{0x0D32, "mg/h"},        Unit{0x0D33, "ug/h"},
    Unit{0x0D92, "mg/kg/min"}, Unit{0x0D93, "ug/kg/min"},  Unit{0x0D94, "ng/kg/min"},   Unit{0x0DB2, "mg/kg/h"},
    Unit{0x0DB3, "ug/kg/h"},   Unit{0x0F00, "Pa"},         Unit{0x0F02, "hPa"},         Unit{0x0F03, "kPa"},
    Unit{0x0F20, "mm[Hg]"},    Unit{0x0F40, "cm[H2O]"},    Unit{0x0F72, "mbar"},        Unit{0x0F80, "J"},
    Unit{0x0FC0, "W"},         Unit{0x0FD2, "mW"},         Unit{0x0FD4, "nW"},          Unit{0x0FD5, "pW"},
    Unit{0x1020, "dyn.s/cm5"}, Unit{0x1052, "mA"},         Unit{0x1073, "uC"},          Unit{0x10A0, "V"},
    Unit{0x10B2, "mV"},        Unit{0x10B3, "uV"},         Unit{0x10C0, "Ohm"},         Unit{0x10C3, "kOhm"},
    Unit{0x1120, "K"},         Unit{0x1140, "[degF]"},     Unit{0x11D2, "mmol"},        Unit{0x1212, "mosm/L"},
    Unit{0x1272, "mmol/L"},    Unit{0x1273, "umol/L"},     Unit{0x12F2, "meq/L"},       Unit{0x1560, "[iU]"},
    Unit{0x15C0, "[iU]/L"},    Unit{0x1640, "[iU]/h"},     Unit{0x1712, "mL/cm[H2O]"},  Unit{0x1720, "cm[H2O].s/L"},
    Unit{0x17A0, "Cel"},       Unit{0x1800, "cm[H2O]/L"},  Unit{0x1892, "mL/mm[Hg]"},   Unit{0x1912, "mL/dL"},
    Unit{0x1920, "dB"},        Unit{0xF001, "{count}"},    Unit{0xF003, "{pulse}"},     Unit{0xF009, "mm[Hg]/s"},
    Unit{0xF00A, "mL/s"},
};

struct Physio {
  std::uint16_t code;
  std::string_view mdc;
  std::string_view label;
};

// Codes and labels: the guide, "Attribute Data: Measurements". Names: ISO/IEC 11073-10101 where the code is theirs. In
// the order of codes.
constexpr std::array physios{
    Physio{0x0100, "MDC_ECG_ELEC_POTL", "ECG"},
    Physio{0x0101, "MDC_ECG_ELEC_POTL_I", "I"},
    Physio{0x0102, "MDC_ECG_ELEC_POTL_II", "II"},
    Physio{0x0103, "MDC_ECG_ELEC_POTL_V1", "V1"},
    Physio{0x0104, "MDC_ECG_ELEC_POTL_V2", "V2"},
    Physio{0x0105, "MDC_ECG_ELEC_POTL_V3", "V3"},
    Physio{0x0106, "MDC_ECG_ELEC_POTL_V4", "V4"},
    Physio{0x0107, "MDC_ECG_ELEC_POTL_V5", "V5"},
    Physio{0x0108, "MDC_ECG_ELEC_POTL_V6", "V6"},
    Physio{0x013D, "MDC_ECG_ELEC_POTL_III", "III"},
    Physio{0x013E, "MDC_ECG_ELEC_POTL_AVR", "aVR"},
    Physio{0x013F, "MDC_ECG_ELEC_POTL_AVL", "aVL"},
    Physio{0x0140, "MDC_ECG_ELEC_POTL_AVF", "aVF"},
    Physio{0x0143, "MDC_ECG_ELEC_POTL_V", "V"},
    Physio{0x0301, "MDC_ECG_AMPL_ST_I", "ST-I"},
    Physio{0x0302, "MDC_ECG_AMPL_ST_II", "ST-II"},
    Physio{0x033D, "MDC_ECG_AMPL_ST_III", "ST-III"},
    Physio{0x3F24, "MDC_ECG_TIME_PD_QTc", "QTc"},
    Physio{0x4182, "MDC_ECG_CARD_BEAT_RATE", "HR"},
    Physio{0x418A, "MDC_ECG_CARD_BEAT_RATE_BTB", "btbHR"},
    Physio{0x4261, "MDC_ECG_V_P_C_CNT", "PVC"},
    Physio{0x480A, "MDC_PULS_RATE", "Pulse"},
    Physio{0x481A, "MDC_PULS_OXIM_PULS_RATE", "Pulse"},
    Physio{0x4822, "MDC_PLETH_PULS_RATE", "Pulse"},
    Physio{0x4A00, "MDC_PRESS_BLD", "P"},
    Physio{0x4A01, "MDC_PRESS_BLD_SYS", "Ps"},
    Physio{0x4A02, "MDC_PRESS_BLD_DIA", "Pd"},
    Physio{0x4A03, "MDC_PRESS_BLD_MEAN", "Pm"},
    Physio{0x4A04, "MDC_PRESS_BLD_NONINV", "NBP"},
    Physio{0x4A05, "MDC_PRESS_BLD_NONINV_SYS", "NBPs"},
    Physio{0x4A06, "MDC_PRESS_BLD_NONINV_DIA", "NBPd"},
    Physio{0x4A07, "MDC_PRESS_BLD_NONINV_MEAN", "NBPm"},
    Physio{0x4A10, "MDC_PRESS_BLD_ART", "ART"},
    Physio{0x4A11, "MDC_PRESS_BLD_ART_SYS", "ARTs"},
    Physio{0x4A12, "MDC_PRESS_BLD_ART_DIA", "ARTd"},
    Physio{0x4A13, "MDC_PRESS_BLD_ART_MEAN", "ARTm"},
    Physio{0x4A14, "MDC_PRESS_BLD_ART_ABP", "ABP"},
    Physio{0x4A15, "MDC_PRESS_BLD_ART_ABP_SYS", "ABPs"},
    Physio{0x4A16, "MDC_PRESS_BLD_ART_ABP_DIA", "ABPd"},
    Physio{0x4A17, "MDC_PRESS_BLD_ART_ABP_MEAN", "ABPm"},
    Physio{0x4A1C, "MDC_PRESS_BLD_ART_PULM", "PAP"},
    Physio{0x4A1D, "MDC_PRESS_BLD_ART_PULM_SYS", "PAPs"},
    Physio{0x4A1E, "MDC_PRESS_BLD_ART_PULM_DIA", "PAPd"},
    Physio{0x4A1F, "MDC_PRESS_BLD_ART_PULM_MEAN", "PAPm"},
    Physio{0x4A44, "MDC_PRESS_BLD_VEN_CENT", "CVP"},
    Physio{0x4A47, "MDC_PRESS_BLD_VEN_CENT_MEAN", "CVPm"},
    Physio{0x4B04, "MDC_OUTPUT_CARD", "CO"},
    Physio{0x4B48, "MDC_TEMP", "Temp"},
    Physio{0x4B60, "MDC_TEMP_CORE", "Tcore"},
    Physio{0x4B64, "MDC_TEMP_ESOPH", "Tesoph"},
    Physio{0x4B74, "MDC_TEMP_SKIN", "Tskin"},
    Physio{0x4B78, "MDC_TEMP_TYMP", "Ttymp"},
    Physio{0x4BB0, "MDC_PULS_OXIM_PERF_REL", "Perf"},
    Physio{0x4BB4, "MDC_PULS_OXIM_PLETH", "Pleth"},
    Physio{0x4BB8, "MDC_PULS_OXIM_SAT_O2", "SpO2"},
    Physio{0x5000, "MDC_RESP", "Resp"},
    Physio{0x500A, "MDC_RESP_RATE", "RR"},
    Physio{0x5012, "MDC_AWAY_RESP_RATE", "awRR"},
    Physio{0x50AC, "MDC_AWAY_CO2", "CO2"},
    Physio{0x50B0, "MDC_AWAY_CO2_ET", "etCO2"},
    Physio{0x50BA, "MDC_AWAY_CO2_INSP_MIN", "imCO2"},
    Physio{0x50F0, "MDC_PRESS_AWAY", "AWP"},
    Physio{0x513C, "MDC_VOL_AWAY_TIDAL", "TV"},
    Physio{0x5804, "MDC_PRESS_CEREB_PERF", "CPP"},
    Physio{0x5808, "MDC_PRESS_INTRA_CRAN", "ICP"},
    Physio{0x580B, "MDC_PRESS_INTRA_CRAN_MEAN", "ICPm"},
    Physio{0x592C, "MDC_EEG_ELEC_POTL_CRTX", "EEG"},
    Physio{0xE004, "MDC_TEMP_RECT", "Trect"},
    Physio{0xE014, "MDC_TEMP_BLD", "Tblood"},
    Physio{0xF04E, "", "BIS"},
    Physio{0xF0C4, "", "Tvesic"},
    Physio{0xF0C7, "", "T1"},
    Physio{0xF0C8, "", "T2"},
    Physio{0xF0E5, "", "Pulse"},
};

template <class Table>
const auto* entry_of(const Table& table, std::uint16_t code) {
  const auto found =
      std::lower_bound(table.begin(), table.end(), code, [](const auto& e, std::uint16_t c) { return e.code < c; });
  return found != table.end() && found->code == code ? &*found : nullptr;
}

template <class Table>
constexpr bool sorted(const Table& table) {
  return std::is_sorted(table.begin(), table.end(), [](const auto& a, const auto& b) { return a.code < b.code; });
}
static_assert(sorted(units) && sorted(physios));

constexpr std::uint16_t private_codes = 0xF000;
constexpr std::uint32_t scada_partition = 2U << 16U;

}  // namespace

std::string_view ucum(std::uint16_t unit) {
  const Unit* found = entry_of(units, unit);
  return found == nullptr ? std::string_view{} : found->text;
}

std::optional<std::uint16_t> unit_of(std::string_view ucum_text) {
  const auto found = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.text == ucum_text; });
  if (found == units.end()) return std::nullopt;
  return found->code;
}

std::optional<std::uint32_t> mdc_code(std::uint16_t physio_id) {
  if (physio_id == 0 || physio_id >= private_codes) return std::nullopt;
  return scada_partition + physio_id;
}

std::string_view mdc_name(std::uint16_t physio_id) {
  const Physio* found = entry_of(physios, physio_id);
  return found == nullptr ? std::string_view{} : found->mdc;
}

std::string_view physio_label(std::uint16_t physio_id) {
  const Physio* found = entry_of(physios, physio_id);
  return found == nullptr ? std::string_view{} : found->label;
}

}  // namespace cordon::intellivue
