package seed

// words are ordered from frequent to rare.
var words = [...]string{
	"buy", "call", "write", "plan", "fix", "review", "clean", "check", "pay", "book", "send", "order", "prepare", "read", "update",
	"milk", "report", "invoice", "garden", "kitchen", "train", "ticket", "meeting", "budget", "letter", "coffee", "bread", "paint",
	"bicycle", "dentist", "doctor", "school", "holiday", "printer", "router", "server", "database", "release", "backup", "contract",
	"flowers", "birthday", "cake", "present", "shoes", "jacket", "window", "door", "roof", "lamp", "battery", "charger", "camera",
	"photo", "album", "music", "concert", "museum", "library", "novel", "newspaper", "website", "survey", "interview", "workshop",
	"garage", "engine", "tyres", "insurance", "taxes", "passport", "visa", "luggage", "hotel", "flight", "harbour", "island",
	"mountain", "forest", "river", "bridge", "castle", "church", "market", "bakery", "butcher", "pharmacy", "florist", "tailor",
	"astrolabe", "barometer", "chandelier", "dulcimer", "etching", "filigree", "gazebo", "hourglass", "inkwell", "kaleidoscope",
	"lectern", "marzipan", "nutcracker", "obelisk", "periscope", "quill", "rhubarb", "sextant", "theodolite", "zither",
	"Äpfel", "Straße", "Brötchen", "café", "crème", "naïve", "jalapeño", "smörgås", "Łódź", "čaj", "søster", "ışık",
	"молоко", "книга", "γάλα", "βιβλίο", "חלב", "ספר", "حليب", "كتاب", "牛奶", "書", "買い物", "우유",
}

var names = [...]string{
	"Ada", "Alan", "Barbara", "Claude", "Donald", "Edsger", "Frances", "Grace", "Hedy", "Ivan", "Jean", "Karen", "Leslie", "Margaret",
	"Niklaus", "Ole", "Peter", "Radia", "Shafi", "Tony", "Ursula", "Vera", "Whitfield", "Yukihiro", "Zoë", "Søren", "Zsófia", "Øyvind",
}

var zones = [...]string{
	"Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC", "Asia/Kolkata", "America/Sao_Paulo", "Australia/Sydney", "Africa/Lagos",
	"America/Los_Angeles", "Europe/Lisbon",
}
