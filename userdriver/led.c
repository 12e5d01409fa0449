// SPDX-License-Identifier: GPL-2.0
/*
 * led.c - which of these cards is it?  All LEDs blink (chapter 10.1, LEDCTL).
 *
 * The chip blinks by itself, 200 ms on and 200 ms off.  Whoever dies meanwhile leaves it
 * blinking: the next user half puts the LEDs back.  What they showed before is gone then,
 * and the chip's own default is what they get.
 */
#include <errno.h>

#include "driver.h"
#include "handlers.h"

#define LED_BLINK	0x8e8e8e8eu	/* each: mode "on", blinking */
#define LED_DEFAULT	0x07068302u	/* link, activity, 100 Mb/s, 1000 Mb/s */

/* Of an 82544: CTRL's pin 0, lit as long as it is to be found. */
static void add(struct reg_batch *b, uint32_t val)
{
	const uint32_t pin = CTRL_SWDPIN0 | CTRL_SWDPIO0;

	if (b->d->chip->flags & XMD_LACKS_LEDCTL)
		batch_set(b, CTRL, pin, val == LED_BLINK ? pin : 0, "LEDs");
	else
		batch_write(b, LEDCTL, val, "LEDs");
}

static int set(struct driver *d, uint32_t val)
{
	struct reg_batch b;

	batch_init(&b, d, EXIT_REGISTER);
	add(&b, val);
	return batch_run(&b);
}

/* While they blink for us, what they showed before is known already. */
void led_add_adopt(struct driver *d, struct reg_batch *b)
{
	if (!d->identify && !(d->chip->flags & XMD_LACKS_LEDCTL))
		batch_read(b, LEDCTL, &d->led_default, "LEDs");
}

/* After the batch of led_add_adopt.  A write of its own: it is hardly ever needed. */
int led_adopt(struct driver *d)
{
	if (d->led_default != LED_BLINK)
		return 0;
	d->led_default = LED_DEFAULT;
	return set(d, d->led_default);
}

/* A reset of the NIC has put them back; QEMU's has not, hence led_adopt there, too. */
void led_add_after_reset(struct driver *d, struct reg_batch *b)
{
	led_add_adopt(d, b);
	if (d->identify)
		add(b, LED_BLINK);
}

int drv_identify(struct driver *d, __u32 on)
{
	int err;

	if (d->state != DRIVER_RUNNING)
		return -ENODEV;
	if (on > 1)
		return -EINVAL;
	err = set(d, on ? LED_BLINK : d->led_default);
	if (!err)
		d->identify = on;
	return driver_handled(d, err);
}
