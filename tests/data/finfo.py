#!/usr/bin/env python3
"""Writes finfo.csv: the finfo of numpy and ml_dtypes for each format.

    pip install numpy ml_dtypes && python finfo.py > finfo.csv

The values are those of the libraries, even where `ulp` follows another rule (`precision` and `resolution` of the 8-bit
formats). tests/finfo.rs names each exception. Floats are exact, in the notation of C's %a.
"""

import ml_dtypes
import numpy

# numpy's own formats, then those of ml_dtypes.
FORMATS = [
    (numpy, "float64"),
    (numpy, "float32"),
    (numpy, "float16"),
    (ml_dtypes, "bfloat16"),
    (ml_dtypes, "float8_e4m3fn"),
    (ml_dtypes, "float8_e5m2"),
    (ml_dtypes, "float8_e4m3"),
    (ml_dtypes, "float8_e3m4"),
    (ml_dtypes, "float8_e4m3fnuz"),
    (ml_dtypes, "float8_e5m2fnuz"),
    (ml_dtypes, "float8_e4m3b11fnuz"),
    (ml_dtypes, "float8_e8m0fnu"),
    (ml_dtypes, "float6_e2m3fn"),
    (ml_dtypes, "float6_e3m2fn"),
    (ml_dtypes, "float4_e2m1fn"),
]
FLOATS = ["eps", "epsneg", "max", "min", "smallest_normal", "smallest_subnormal", "resolution"]
INTEGERS = ["precision", "machep", "negep", "nexp", "iexp", "nmant", "minexp", "maxexp"]


def row(module, name):
    info = module.finfo(getattr(module, name))
    floats = [float(getattr(info, field)).hex() for field in FLOATS]
    integers = [str(int(getattr(info, field))) for field in INTEGERS]
    return ",".join([str(info.dtype), str(info.bits), *floats, *integers])


def main():
    print(f"# numpy {numpy.__version__}, ml_dtypes {ml_dtypes.__version__}: written by finfo.py")
    print(",".join(["dtype", "bits", *FLOATS, *INTEGERS]))
    for module, name in FORMATS:
        print(row(module, name))


if __name__ == "__main__":
    main()
