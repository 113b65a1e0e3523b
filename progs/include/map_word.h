/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words of maps that other processors and tools change at the same time: one
 * load or store of the whole word, exactly where the program has it.
 */
#ifndef TG_MAP_WORD_H
#define TG_MAP_WORD_H

#define TG_READ(place) (*(const volatile __typeof__(place) *)&(place))
#define TG_WRITE(place, value) \
	(*(volatile __typeof__(place) *)&(place) = (value))

#endif
