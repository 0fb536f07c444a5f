package execute

// Poison makes a program overwrite the memory of each run when it is released.
func Poison(p *Program) { p.poison = true }

// Unpoison takes Poison back.
func Unpoison(p *Program) { p.poison = false }
