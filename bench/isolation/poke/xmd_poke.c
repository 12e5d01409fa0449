// SPDX-License-Identifier: GPL-2.0
/*
 * xmd_poke.c - the lab's only: puts faults into the code of a module that runs.
 *
 * /sys/kernel/debug/xmd-poke/arm takes lines
 *
 *   cover MODULE ADDRESS OLD            was this reached?
 *   text MODULE ADDRESS OLD NEW         when it is reached, it becomes NEW
 *   register MODULE ADDRESS OLD SEED    when it is reached, one bit of one register flips
 *   stack MODULE ADDRESS OLD SEED       when it is reached, one bit of the stack above flips
 *   spin MODULE ADDRESS OLD             when it is reached, it jumps to itself
 *   none MODULE ADDRESS OLD             as cover; but as with all others, the kernel's log gets "xmd-inject: none" then
 *
 * ADDRESS is BASE+OFFSET, both hexadecimal: the base of the section, from /sys/module/NAME/sections, and the offset in
 * it: a shell cannot add these. OLD and NEW are hexadecimal bytes, ".." in OLD is any byte, and in NEW the one that is
 * there.  Refused: an address that is not in that module (ENOENT), other bytes than OLD (EILSEQ), what another site has
 * already (EEXIST), too many sites (ENOSPC), anything else wrong (EINVAL).
 *
 * /sys/kernel/debug/xmd-poke/state has a line a site: "OFFSET armed|reached N", N being nanoseconds of the kernel's log
 * when it was. /sys/kernel/debug/xmd-poke/clear takes anything: the code is as it was, and all sites are forgotten.
 * A module that goes takes its sites along.
 *
 * How: a breakpoint instruction stands at the site; who comes there first gets the old bytes back, or the fault, and
 * executes it.  Code is mapped read only: it is written by another mapping of its page.  One processor is assumed, as
 * driver domains of the lab have: nobody else executes what is being written.
 */
#include <linux/debugfs.h>
#include <linux/kallsyms.h>
#include <linux/kdebug.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/clock.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <asm/ptrace.h>
#include <asm/traps.h>

#define SITES_MAX	16384u
#define BYTES_MAX	15u
#define PAGES_MAX	512u
#define LINE		160u
#define BREAK		0xcc
#define STACK_WORDS	128u

enum what { COVER, TEXT, REGISTER, STACK, SPIN, NONE };
static const char * const words[] = { "cover", "text", "register", "stack", "spin", "none" };

enum state { ARMED, REACHED };

struct site {
	unsigned long at, offset;
	u8 *alias;		/* the same byte, writable */
	u8 len, what, state;
	u8 old[BYTES_MAX], new[BYTES_MAX];	/* what is there, and will be */
	u64 seed, when;
	char module[MODULE_NAME_LEN];
};

/* A page of code, and the next, as a site may begin in one and end in the other */
struct alias {
	unsigned long page;
	void *map;
};

/* All of it changes under the lock only. The handler reads sites[0..count), which are complete before count says so. */
static DEFINE_MUTEX(lock);
static struct site *sites;
static unsigned int count;
static struct alias aliases[PAGES_MAX];
static unsigned int n_aliases;
static struct dentry *dir;

/* ---- writing code ---- */

static u8 *writable(unsigned long at)
{
	unsigned long page = at & PAGE_MASK;
	struct page *pages[2];
	unsigned int i, n = 1;

	for (i = 0; i < n_aliases; i++)
		if (aliases[i].page == page)
			return aliases[i].map + (at - page);
	if (n_aliases == PAGES_MAX)
		return NULL;
	pages[0] = vmalloc_to_page((void *)page);
	if (!pages[0])
		return NULL;
	pages[1] = vmalloc_to_page((void *)(page + PAGE_SIZE));
	if (pages[1])
		n = 2;
	aliases[n_aliases].map = vmap(pages, n, VM_MAP, PAGE_KERNEL);
	if (!aliases[n_aliases].map)
		return NULL;
	aliases[n_aliases].page = page;
	return aliases[n_aliases++].map + (at - page);
}

static void write_code(u8 *alias, const u8 *bytes, unsigned int n)
{
	unsigned int i;

	/* the first byte last: it is what is executed meanwhile, if an interrupt's handler comes by */
	for (i = n; i--; )
		WRITE_ONCE(alias[i], bytes[i]);
	barrier();
}

/* ---- when a site is reached ---- */

static void flip_register(struct pt_regs *regs, u64 seed)
{
	/* those that a function's own values are in; not ip, cs, flags, ss */
	unsigned long *reg[] = {
		&regs->ax, &regs->bx, &regs->cx, &regs->dx, &regs->si, &regs->di, &regs->bp, &regs->r8, &regs->r9,
		&regs->r10, &regs->r11, &regs->r12, &regs->r13, &regs->r14, &regs->r15,
	};

	*reg[(seed >> 8) % ARRAY_SIZE(reg)] ^= 1ul << (seed & 63);
}

static void flip_stack(struct pt_regs *regs, u64 seed)
{
	unsigned long *word = (unsigned long *)(regs->sp & ~7ul) + (seed >> 8) % STACK_WORDS;

	/* not beyond the end of this stack */
	if ((((unsigned long)word ^ regs->sp) & ~(THREAD_SIZE - 1)) == 0)
		*word ^= 1ul << (seed & 63);
}

static void happen(struct site *s, struct pt_regs *regs)
{
	static const u8 jump[2] = { 0xeb, 0xfe };

	switch (s->what) {
	case COVER:
	case NONE:
		write_code(s->alias, s->old, 1);
		break;
	case TEXT:
		write_code(s->alias, s->new, s->len);
		break;
	case REGISTER:
		write_code(s->alias, s->old, 1);
		flip_register(regs, s->seed);
		break;
	case STACK:
		write_code(s->alias, s->old, 1);
		flip_stack(regs, s->seed);
		break;
	case SPIN:
		write_code(s->alias, jump, sizeof(jump));
		break;
	}
}

static int on_break(struct notifier_block *nb, unsigned long event, void *data)
{
	struct die_args *args = data;
	unsigned long at = args->regs->ip - 1;
	unsigned int i, n = smp_load_acquire(&count);

	if (event != DIE_INT3 || user_mode(args->regs))
		return NOTIFY_DONE;
	for (i = 0; i < n; i++) {
		if (sites[i].at != at)
			continue;
		if (sites[i].state == ARMED) {
			sites[i].state = REACHED;
			sites[i].when = local_clock();
			if (sites[i].what != COVER)
				pr_notice("xmd-inject: %s\n", words[sites[i].what]);
			happen(&sites[i], args->regs);
		}
		args->regs->ip = at;
		return NOTIFY_STOP;
	}
	return NOTIFY_DONE;
}

static struct notifier_block breaks = { .notifier_call = on_break, .priority = INT_MAX };

/* ---- arming ---- */

/* "ab..12": the length, or an error.  What is ".." comes from @is. */
static int bytes_of(const char *text, const u8 *is, u8 *bytes)
{
	size_t i, n = strlen(text) / 2;

	if (!n || n > BYTES_MAX || strlen(text) % 2)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		if (text[2 * i] == '.' && text[2 * i + 1] == '.')
			bytes[i] = is[i];
		else if (hex2bin(&bytes[i], text + 2 * i, 1))
			return -EINVAL;
	}
	return n;
}

/* The kernel's own table says whose the address is: "function+0x.../0x... [module]" */
static bool in_module(unsigned long at, const char *module)
{
	char name[KSYM_SYMBOL_LEN], tail[MODULE_NAME_LEN + 4];
	size_t n;

	sprint_symbol(name, at);
	snprintf(tail, sizeof(tail), "[%s]", module);
	n = strlen(tail);
	return strlen(name) > n && strstr(name, tail);
}

static int known_word(const char *word)
{
	return match_string(words, ARRAY_SIZE(words), word);
}

/* The site's bytes are as they should be, and it is not a site yet. */
static int look(struct site *s, const char *old)
{
	u8 is[BYTES_MAX];
	unsigned int i;
	int n;

	if (!in_module(s->at, s->module) || !in_module(s->at + strlen(old) / 2 - 1, s->module))
		return -ENOENT;
	if (copy_from_kernel_nofault(is, (void *)s->at, min_t(size_t, strlen(old) / 2, BYTES_MAX)))
		return -EFAULT;
	n = bytes_of(old, is, s->old);
	if (n < 0)
		return n;
	if (memcmp(is, s->old, n))
		return -EILSEQ;
	for (i = 0; i < count; i++)
		if (sites[i].state == ARMED && sites[i].at < s->at + n && s->at < sites[i].at + sites[i].len)
			return -EEXIST;
	s->len = n;
	return 0;
}

static int arm(char *line)
{
	static const u8 stop = BREAK;
	char *word = strsep(&line, " "), *module = strsep(&line, " "), *at = strsep(&line, " "), *old = strsep(&line, " ");
	char *base = strsep(&at, "+");
	struct site s = { };
	int err, what;

	if (!old || count == SITES_MAX)
		return old ? -ENOSPC : -EINVAL;
	what = known_word(word);
	if (what < 0 || strscpy(s.module, module, sizeof(s.module)) < 0 || !at || kstrtoul(base, 16, &s.at) ||
	    kstrtoul(at, 16, &s.offset))
		return -EINVAL;
	s.at += s.offset;
	s.what = what;
	err = look(&s, old);
	if (err)
		return err;
	if (what == TEXT && (!line || bytes_of(line, s.old, s.new) != s.len))
		return -EINVAL;
	if ((what == REGISTER || what == STACK) && (!line || kstrtou64(line, 0, &s.seed)))
		return -EINVAL;
	if (what == SPIN && s.len < 2)
		return -EINVAL;
	s.alias = writable(s.at);
	if (!s.alias)
		return -ENOMEM;
	sites[count] = s;
	/* the site before its number: the handler may come at once */
	smp_store_release(&count, count + 1);
	write_code(s.alias, &stop, 1);
	return 0;
}

/* The breakpoint goes, or the fault. */
static void disarm(struct site *s)
{
	s->state = REACHED;
	write_code(s->alias, s->old, s->len);
}

static void forget_all(void)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		disarm(&sites[i]);
	smp_store_release(&count, 0);
	while (n_aliases)
		vunmap(aliases[--n_aliases].map);
}

/* Its pages are given back after this: nothing of ours may still map them. */
static int on_module(struct notifier_block *nb, unsigned long event, void *data)
{
	struct module *mod = data;
	unsigned int i;
	bool any = false;

	if (event != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	mutex_lock(&lock);
	for (i = 0; i < count; i++)
		any |= !strcmp(sites[i].module, mod->name);
	if (any)
		forget_all();
	mutex_unlock(&lock);
	return NOTIFY_DONE;
}

static struct notifier_block goers = { .notifier_call = on_module };

/* ---- files ---- */

static ssize_t arm_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char line[LINE];
	int err;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, from, len))
		return -EFAULT;
	line[len] = 0;
	mutex_lock(&lock);
	err = arm(strim(line));
	mutex_unlock(&lock);
	return err ? err : len;
}

static const struct file_operations arm_ops = { .owner = THIS_MODULE, .open = simple_open, .write = arm_write };

static ssize_t clear_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	mutex_lock(&lock);
	forget_all();
	mutex_unlock(&lock);
	return len;
}

static const struct file_operations clear_ops = { .owner = THIS_MODULE, .open = simple_open, .write = clear_write };

static int state_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	mutex_lock(&lock);
	for (i = 0; i < count; i++)
		seq_printf(m, "0x%lx %s %llu\n", sites[i].offset, sites[i].state == ARMED ? "armed" : "reached", sites[i].when);
	mutex_unlock(&lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static int __init xmd_poke_init(void)
{
	int err = -ENOMEM;

	sites = kvcalloc(SITES_MAX, sizeof(*sites), GFP_KERNEL);
	if (!sites)
		return err;
	err = register_module_notifier(&goers);
	if (err)
		goto no_goers;
	err = register_die_notifier(&breaks);
	if (err)
		goto no_breaks;
	dir = debugfs_create_dir("xmd-poke", NULL);
	debugfs_create_file("arm", 0200, dir, NULL, &arm_ops);
	debugfs_create_file("state", 0400, dir, NULL, &state_fops);
	debugfs_create_file("clear", 0200, dir, NULL, &clear_ops);
	return 0;

no_breaks:
	unregister_module_notifier(&goers);
no_goers:
	kvfree(sites);
	return err;
}

static void __exit xmd_poke_exit(void)
{
	debugfs_remove(dir);
	mutex_lock(&lock);
	forget_all();
	mutex_unlock(&lock);
	unregister_die_notifier(&breaks);
	unregister_module_notifier(&goers);
	kvfree(sites);
}

module_init(xmd_poke_init);
module_exit(xmd_poke_exit);
MODULE_DESCRIPTION("faults for the code of other modules: the lab's only");
MODULE_LICENSE("GPL");
