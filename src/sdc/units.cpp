// SPDX-License-Identifier: Apache-2.0
#include "sdc/units.h"

#include <algorithm>

namespace cordon::sdc {
namespace {

struct Row {
  std::uint32_t mdc;
  std::string_view ucum;
  std::string_view spoken;  // another way to write it
};

// Code = partition 4 (262144) + the dimension's number, which is also that of Philips' Data Export guide, "Unit codes".
// Those with a 70041 were read in the MDIB of a real anaesthesia machine with its own label beside (docs/PEERS.md).
constexpr Row table[] = {
    {262656, "1", "no unit"},              // 70041
    {262688, "%", "percent"},              // 70041
    {262720, "[ppth]", ""},                //
    {262752, "[ppm]", "ppm"},              //
    {263136, "[pH]", "pH"},                //
    {263441, "cm", ""},                    // 70041
    {263442, "mm", ""},                    //
    {263744, "L", "l"},                    // 70041
    {263762, "mL", "ml"},                  //
    {263875, "kg", ""},                    // 70041
    {263872, "g", ""},                     //
    {263890, "mg", ""},                    //
    {263891, "ug", "µg"},                  //
    {264256, "g/dL", "g/dl"},              //
    {264274, "mg/dL", "mg/dl"},            //
    {264306, "mg/mL", "mg/ml"},            //
    {264307, "ug/mL", "µg/ml"},            //
    {264320, "s", "sec"},                  //
    {264338, "ms", "msec"},                //
    {264352, "min", ""},                   //
    {264384, "h", ""},                     //
    {264416, "d", ""},                     //
    {264512, "a", "y"},                    // 70041
    {264640, "Hz", ""},                    //
    {264672, "/min", "1/min"},             //
    {264864, "{beat}/min", "bpm"},         //
    {264896, "{pulse}/min", ""},           //
    {264928, "{breath}/min", "rpm"},       // 70041, labelled "/min"
    {264992, "L/min/m2", "l/min/m²"},      //
    {265184, "L/s", "l/s"},                //
    {265216, "L/min", "l/min"},            // 70041
    {265234, "mL/min", "ml/min"},          //
    {265266, "mL/h", "ml/h"},              //
    {265330, "mL/kg", "ml/kg"},            //
    {265490, "mg/min", ""},                //
    {265491, "ug/min", "µg/min"},          //
    {265618, "mg/kg/min", ""},             //
    {265619, "ug/kg/min", "µg/kg/min"},    //
    {265986, "hPa", ""},                   //
    {265987, "kPa", ""},                   // 70041
    {266016, "mm[Hg]", "mmHg"},            // 70041
    {266048, "cm[H2O]", "cmH2O"},          //
    {266098, "mbar", ""},                  // 70041
    {266304, "A", ""},                     //
    {266322, "mA", ""},                    //
    {266400, "V", ""},                     //
    {266418, "mV", ""},                    //
    {266419, "uV", "µV"},                  //
    {266432, "Ohm", "Ω"},                  //
    {266560, "[degF]", "°F"},              //
    {266866, "mmol/L", "mmol/l"},          //
    {268050, "mL/cm[H2O]", "ml/cmH2O"},    //
    {268064, "cm[H2O].s/L", "cmH2O/l/s"},  //
    {268192, "Cel", "°C"},                 //
    {268242, "mA.h", "mAh"},               //
    {268576, "dB", ""},                    //
};

bool is_ucum(std::string_view system) {
  return system == "http://unitsofmeasure.org" || system == "urn:oid:2.16.840.1.113883.6.8" || system == "UCUM";
}

}  // namespace

std::string_view ucum_of(std::uint32_t mdc) {
  for (const auto& row : table)
    if (row.mdc == mdc) return row.ucum;
  return {};
}

std::optional<std::uint32_t> mdc_of(std::string_view text) {
  for (const auto& row : table)
    if (!text.empty() && (row.ucum == text || row.spoken == text)) return row.mdc;
  return std::nullopt;
}

Unit unit_of(const CodedValue& coded) {
  Unit out{coded.mdc(), {}, coded.label("en")};
  if (out.mdc) {
    out.ucum = ucum_of(*out.mdc);
  } else if (is_ucum(coded.system)) {
    out.ucum = coded.code;
    out.mdc = mdc_of(coded.code);
  }
  return out;
}

}  // namespace cordon::sdc
