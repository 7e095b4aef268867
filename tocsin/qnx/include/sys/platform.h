/* Public. Names of plain types by their sizes, as QNX's headers use them. */
#ifndef _SYS_PLATFORM_H_INCLUDED
#define _SYS_PLATFORM_H_INCLUDED

#ifdef __GNUC__
#pragma GCC system_header
#endif

#include <stdint.h>
#include <sys/cdefs.h>

typedef int8_t _Int8t;
typedef uint8_t _Uint8t;
typedef int16_t _Int16t;
typedef uint16_t _Uint16t;
typedef int32_t _Int32t;
typedef uint32_t _Uint32t;
typedef int64_t _Int64t;
typedef uint64_t _Uint64t;
typedef intptr_t _Intptrt;
typedef uintptr_t _Uintptrt;
typedef __SIZE_TYPE__ _Sizet;
typedef long _Ssizet;

#if !defined(__LITTLEENDIAN__) && !defined(__BIGENDIAN__)
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define __LITTLEENDIAN__ 1
#else
#define __BIGENDIAN__ 1
#endif
#endif

#endif
